-- Renews leases of what is used just now.
--
-- Input:
--   KEYS[1]   leases
--   ARGV[1]   TTL of a lease, ms
--   ARGV[2…]  ids of the uses
--
-- Output:
--   1
--- @include "../includes/clock"
local leases, ttl = KEYS[1], tonumber(ARGV[1])
local expires = text_of(clock() + ttl)
for i = 2, #ARGV do redis.call('ZADD', leases, expires, ARGV[i]) end
redis.call('PEXPIRE', leases, text_of(ttl))
return 1
