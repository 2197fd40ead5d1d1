-- Hands a client's answer to the one that waits for it. The first wins (P7).
--
-- KEYS 1  request
-- ARGV 1  answer   2 signal
--
-- returns whether this is the answer the waiter gets
--- @include "../includes/publish-signal"
local channel = redis.call('HGET', KEYS[1], 'w')
if not channel then return 0 end
if redis.call('HSETNX', KEYS[1], 'a', ARGV[1]) == 0 then
  return redis.call('HGET', KEYS[1], 'a') == ARGV[1] and 1 or 0
end
publish_signal(channel, ARGV[2])
return 1
