-- Removes a subscription of a session.
--
-- Input:
--   KEYS[1]  session
--   KEYS[2]  subscriptions
--   ARGV[1]  URI
--
-- Output:
--   1, or 0 if the session is unknown
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if redis.call('SREM', KEYS[2], ARGV[1]) == 1 then redis.call('HINCRBY', KEYS[1], 'b', -#ARGV[1]) end
return 1
