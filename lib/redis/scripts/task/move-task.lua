-- Goes from one state to another, or not at all.
--
-- KEYS 1  task
-- ARGV 1  token   2 states it may come from, with commas between   3 state it goes to   4 fence or ''
--      5  how many of the arguments from 6 on are fields and values; after them come keys and questions
--
-- returns nil when there is none
--- @include "../includes/task"
local task, token, to, now = KEYS[1], ARGV[1], ARGV[3], clock()
local seen = redis.call('HMGET', task, 's', 'f')
local status, fence = seen[1], seen[2]
if not status then return false end
if is_repetition(task, token) then return reply(task, now, true) end
local fits = is_open(status) and string.find(',' .. ARGV[2] .. ',', ',' .. status .. ',', 1, true)
if not fits or (ARGV[4] ~= '' and ARGV[4] ~= fence) then return reply(task, now, false) end

redis.call('HSET', task, 's', to)
local questions = 6 + tonumber(ARGV[5])
for i = 6, questions - 1, 2 do redis.call('HSET', task, ARGV[i], ARGV[i + 1]) end
if is_open(to) then
  for i = questions, #ARGV, 2 do
    -- A hash keeps no order, and questions have one.
    local number = redis.call('HINCRBY', task, 'n', 1)
    redis.call('HSET', task, 'q:' .. ARGV[i], number .. ' ' .. ARGV[i + 1])
  end
else
  drop_questions(task)
  redis.call('HDEL', task, 'l')
end
changed(task, token, now)
return reply(task, now, true)
