-- Reads a task.
--
-- KEYS 1  task
--
-- returns nil when there is none
--- @include "../includes/task"
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
return reply(KEYS[1], clock(), false)
