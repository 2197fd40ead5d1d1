-- Records answers to outstanding questions; the last answer moves the task back to working.
--
-- Input:
--   KEYS[1]   task
--   ARGV[1]   token of this call
--   ARGV[2…]  pairs of key and answer
--
-- Output:
--   nil if the task is unknown, else the reply of includes/task
--- @include "../includes/task"
local task, token, now = KEYS[1], ARGV[1], clock()
if redis.call('EXISTS', task) == 0 then return false end
if is_repetition(task, token) then return reply(task, now, true) end
local accepted = false
for i = 2, #ARGV, 2 do
  -- The first answer removes the question, so there can be no second one.
  if redis.call('HDEL', task, 'q:' .. ARGV[i]) == 1 then
    redis.call('HSET', task, 'a:' .. ARGV[i], ARGV[i + 1])
    accepted = true
  end
end
if not accepted then return reply(task, now, false) end
local status = 'working'
for _, field in ipairs(redis.call('HKEYS', task)) do
  if string.find(field, '^q:') then status = 'input_required' end
end
redis.call('HSET', task, 's', status)
record_change(task, token, now)
return reply(task, now, true)
