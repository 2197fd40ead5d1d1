-- Subscribes a session to a resource.
--
-- Input:
--   KEYS[1]  session
--   KEYS[2]  subscriptions
--   ARGV[1]  URI
--   ARGV[2]  maximum number of subscriptions
--
-- Output:
--   'subscribed', 'unknown' or 'limit'; or {'subscribed', bytes of the subscriptions, TTL} after a new one
local session, subscriptions, uri, limit = KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[2])
local ttl = redis.call('PTTL', session)
if ttl < 0 then return 'unknown' end
if redis.call('SISMEMBER', subscriptions, uri) == 1 then return 'subscribed' end
if redis.call('SCARD', subscriptions) >= limit then return 'limit' end
redis.call('SADD', subscriptions, uri)
redis.call('PEXPIRE', subscriptions, ttl)
return { 'subscribed', redis.call('HINCRBY', session, 'b', #uri), ttl }
