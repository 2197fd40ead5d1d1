-- Takes a subscription back.
--
-- KEYS 1  session   2 subscriptions
-- ARGV 1  URI
--
-- returns whether the session exists
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('SREM', KEYS[2], ARGV[1])
return 1
