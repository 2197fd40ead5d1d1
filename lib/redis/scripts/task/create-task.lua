-- Begins a task, in its first run.
--
-- KEYS 1  task
-- ARGV 1  token   2 order   3 TTL, ms   4 lease, ms   from 5 on: fields and values of its memo
--
-- returns nil when another one has this key; a repetition of the same call is no other one
--- @include "../includes/task"
local task, now = KEYS[1], clock()
if redis.call('HSETNX', task, 'w', ARGV[1]) == 1 then
  redis.call('HSET', task, 'o', ARGV[2], 's', 'working', 'c', text_of(now), 'u', text_of(now), 'v', 1, 'f', 1,
    'l', text_of(now + tonumber(ARGV[4])))
  for i = 5, #ARGV, 2 do redis.call('HSET', task, ARGV[i], ARGV[i + 1]) end
  redis.call('PEXPIRE', task, ARGV[3])
elseif redis.call('HGET', task, 'w') ~= ARGV[1] then
  return false
end
return reply(task, now, true)
