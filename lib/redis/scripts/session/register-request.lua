-- Registers a request to a client before it is sent.
--
-- Input:
--   KEYS[1]  request
--   ARGV[1]  channel of the instance that waits
--   ARGV[2]  TTL, ms
--
-- Output:
--   1
local request, channel, ttl = KEYS[1], ARGV[1], ARGV[2]
redis.call('HSET', request, 'w', channel)
redis.call('PEXPIRE', request, ttl)
return 1
