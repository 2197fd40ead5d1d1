-- Takes over an orphan, as its next run. What was asked by the run before is void.
--
-- KEYS 1  task
-- ARGV 1  token   2 lease, ms
--
-- returns nil when there is none, or it is no orphan
--- @include "../includes/task"
local task, token, now = KEYS[1], ARGV[1], clock()
local seen = redis.call('HMGET', task, 's', 'l', 'w')
if not is_open(seen[1]) then return false end
-- Only while nobody else has taken it over since: the fence told here is that of the caller.
if seen[3] == token then return reply(task, now, true) end
if tonumber(seen[2] or '0') > now then return false end
drop_questions(task)
redis.call('HSET', task, 's', 'working', 'w', token, 'l', text_of(now + tonumber(ARGV[2])))
redis.call('HINCRBY', task, 'f', 1)
changed(task, token, now)
return reply(task, now, true)
