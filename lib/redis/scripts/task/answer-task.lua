-- Takes answers to outstanding questions; with the last one the task goes on.
--
-- KEYS 1  task
-- ARGV 1  token   from 2 on: keys and answers
--
-- returns nil when there is none
--- @include "../includes/task"
local task, token, now = KEYS[1], ARGV[1], clock()
if redis.call('EXISTS', task) == 0 then return false end
if is_repetition(task, token) then return reply(task, now, true) end
local taken = false
for i = 2, #ARGV, 2 do
  -- The first answer takes the question away, so there is no second one.
  if redis.call('HDEL', task, 'q:' .. ARGV[i]) == 1 then
    redis.call('HSET', task, 'a:' .. ARGV[i], ARGV[i + 1])
    taken = true
  end
end
if not taken then return reply(task, now, false) end
local status = 'working'
for _, field in ipairs(redis.call('HKEYS', task)) do
  if string.find(field, '^q:') then status = 'input_required' end
end
redis.call('HSET', task, 's', status)
changed(task, token, now)
return reply(task, now, true)
