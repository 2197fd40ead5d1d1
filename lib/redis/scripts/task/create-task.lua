-- Creates a task in its first run.
--
-- Input:
--   KEYS[1]   task
--   ARGV[1]   token of this call
--   ARGV[2]   spec of the task
--   ARGV[3]   TTL, ms
--   ARGV[4]   lease, ms
--   ARGV[5…]  pairs of field and value of the arguments and the checkpoint
--
-- Output:
--   nil if another task has this key, else the reply of includes/task; a repetition of the same call succeeds
--- @include "../includes/task"
local task, token, spec, ttl, lease, now = KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), clock()
if redis.call('HSETNX', task, 'w', token) == 1 then
  redis.call('HSET', task, 'o', spec, 's', 'working', 'c', text_of(now), 'u', text_of(now), 'v', 1, 'f', 1,
    'l', text_of(now + lease))
  set_inputs(task, 5)
  redis.call('PEXPIRE', task, ttl)
elseif redis.call('HGET', task, 'w') ~= token then
  return false
end
return reply(task, now, true)
