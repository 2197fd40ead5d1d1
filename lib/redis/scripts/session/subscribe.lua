-- Subscribes a session to a resource.
--
-- KEYS 1  session   2 subscriptions
-- ARGV 1  URI   2 maxSubscriptions
--
-- returns 'subscribed', 'unknown' or 'limit'
local ttl = redis.call('PTTL', KEYS[1])
if ttl < 0 then return 'unknown' end
if redis.call('SISMEMBER', KEYS[2], ARGV[1]) == 1 then return 'subscribed' end
if redis.call('SCARD', KEYS[2]) >= tonumber(ARGV[2]) then return 'limit' end
redis.call('SADD', KEYS[2], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ttl)
return 'subscribed'
