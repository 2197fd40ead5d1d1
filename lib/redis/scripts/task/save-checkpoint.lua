-- Adds to the checkpoint of a task, which clients do not see as a change.
--
-- Input:
--   KEYS[1]   task
--   ARGV[1]   fence of the run
--   ARGV[2…]  pairs of field and value
--
-- Output:
--   {bytes of the checkpoint, TTL}, or 0 if the run is not the current one or the task has ended
--- @include "../includes/task"
local task, fence = KEYS[1], ARGV[1]
if not is_current_run(task, fence) then return 0 end
set_inputs(task, 2)
return { tonumber(redis.call('HGET', task, 'b') or '0'), redis.call('PTTL', task) }
