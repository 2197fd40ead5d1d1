-- Adds to the checkpoint of a task, which clients do not see as a change.
--
-- Input:
--   KEYS[1]   task
--   ARGV[1]   fence of the run
--   ARGV[2…]  pairs of field and value
--
-- Output:
--   1, or 0 if the run is not the current one or the task has ended
--- @include "../includes/task"
local task, fence = KEYS[1], ARGV[1]
if not is_current_run(task, fence) then return 0 end
for i = 2, #ARGV, 2 do redis.call('HSET', task, ARGV[i], ARGV[i + 1]) end
return 1
