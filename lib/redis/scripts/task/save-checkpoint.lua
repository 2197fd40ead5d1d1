-- Adds to what a further run need not do again. Clients see nothing of it, so it is no change.
--
-- KEYS 1  task
-- ARGV 1  fence   from 2 on: fields and values
--
-- returns whether that run is still on
--- @include "../includes/task"
if not is_run(KEYS[1], ARGV[1]) then return 0 end
for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
return 1
