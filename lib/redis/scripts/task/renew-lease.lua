-- Sets the lease of a run to a time from now, or releases it if that time is 0.
--
-- Input:
--   KEYS[1]  task
--   ARGV[1]  fence of the run
--   ARGV[2]  lease, ms
--
-- Output:
--   1, or 0 if the run is not the current one or the task has ended
--- @include "../includes/task"
local task, fence, lease = KEYS[1], ARGV[1], tonumber(ARGV[2])
if not is_current_run(task, fence) then return 0 end
redis.call('HSET', task, 'l', text_of(clock() + lease))
return 1
