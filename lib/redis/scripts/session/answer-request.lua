-- Stores a client's response and wakes the instance that waits for it; the first response wins (P7).
--
-- Input:
--   KEYS[1]  request
--   ARGV[1]  response
--   ARGV[2]  signal
--
-- Output:
--   1 if this is the response the waiter gets, else 0
--- @include "../includes/publish-signal"
local request, response, signal = KEYS[1], ARGV[1], ARGV[2]
local channel = redis.call('HGET', request, 'w')
if not channel then return 0 end
if redis.call('HSETNX', request, 'a', response) == 0 then
  return redis.call('HGET', request, 'a') == response and 1 or 0
end
publish_signal(channel, signal)
return 1
