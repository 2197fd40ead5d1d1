-- Claims an orphaned task for its next run and voids the questions of the previous run.
--
-- Input:
--   KEYS[1]  task
--   ARGV[1]  token of this call
--   ARGV[2]  lease, ms
--
-- Output:
--   nil if the task is unknown or not orphaned, else the reply of includes/task
--- @include "../includes/task"
local task, token, lease, now = KEYS[1], ARGV[1], tonumber(ARGV[2]), clock()
local state = redis.call('HMGET', task, 's', 'l', 'w')
local status, leased_until, run_token = state[1], state[2], state[3]
if not is_open(status) then return false end
-- A repetition succeeds only if nobody else has claimed the task since: the fence in the reply must be the caller's.
if run_token == token then return reply(task, now, true) end
if tonumber(leased_until or '0') > now then return false end
drop_questions(task)
redis.call('HSET', task, 's', 'working', 'w', token, 'l', text_of(now + lease))
redis.call('HINCRBY', task, 'f', 1)
record_change(task, token, now)
return reply(task, now, true)
