-- Changes fields of a session that exists.
--
-- KEYS 1  session
-- ARGV fields and values
--
-- returns whether it exists
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if #ARGV > 0 then redis.call('HSET', KEYS[1], unpack(ARGV)) end
return 1
