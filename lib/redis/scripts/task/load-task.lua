-- Reads a task.
--
-- Input:
--   KEYS[1]  task
--
-- Output:
--   nil if the task is unknown, else the reply of includes/task
--- @include "../includes/task"
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
return reply(KEYS[1], clock(), false)
