-- Changes fields of an existing session.
--
-- Input:
--   KEYS[1]   session
--   ARGV[1…]  pairs of field and value
--
-- Output:
--   1, or 0 if the session is unknown
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if #ARGV > 0 then redis.call('HSET', KEYS[1], unpack(ARGV)) end
return 1
