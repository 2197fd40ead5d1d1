-- Moves a task from one state to another, but only if it is in one of the given states.
--
-- Input:
--   KEYS[1]   task
--   ARGV[1]   token of this call
--   ARGV[2]   states to move from, separated by commas
--   ARGV[3]   state to move to
--   ARGV[4]   fence of the run, or '' for any run
--   ARGV[5]   number n of arguments that are fields and values
--   ARGV[6…]  n arguments: pairs of field and value; after them pairs of key and question
--
-- Output:
--   nil if the task is unknown, else the reply of includes/task
--- @include "../includes/task"
local task, token, from, to, required_fence, now = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], clock()
local state = redis.call('HMGET', task, 's', 'f')
local status, fence = state[1], state[2]
if not status then return false end
if is_repetition(task, token) then return reply(task, now, true) end
local allowed = is_open(status) and string.find(',' .. from .. ',', ',' .. status .. ',', 1, true)
if not allowed or (required_fence ~= '' and required_fence ~= fence) then return reply(task, now, false) end

redis.call('HSET', task, 's', to)
local first_question = 6 + tonumber(ARGV[5])
for i = 6, first_question - 1, 2 do redis.call('HSET', task, ARGV[i], ARGV[i + 1]) end
if is_open(to) then
  for i = first_question, #ARGV, 2 do
    -- Numbered, because a hash does not keep the order of the questions.
    local number = redis.call('HINCRBY', task, 'n', 1)
    redis.call('HSET', task, 'q:' .. ARGV[i], number .. ' ' .. ARGV[i + 1])
  end
else
  drop_questions(task)
  drop_inputs(task)
  redis.call('HDEL', task, 'l')
end
record_change(task, token, now)
return reply(task, now, true)
