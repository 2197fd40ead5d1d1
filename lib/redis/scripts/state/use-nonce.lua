-- Uses a nonce, which only one call can.
--
-- Input:
--   KEYS[1]  nonce
--   ARGV[1]  id of this call
--   ARGV[2]  how long the nonce is remembered, ms
--
-- Output:
--   1 for the first call and its repetitions after a lost reply, else 0
local nonce, call, ttl = KEYS[1], ARGV[1], ARGV[2]
if redis.call('SET', nonce, call, 'NX', 'PX', ttl) then return 1 end
return redis.call('GET', nonce) == call and 1 or 0
