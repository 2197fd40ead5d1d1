-- Leases a run from now on, or lets go of it with 0.
--
-- KEYS 1  task
-- ARGV 1  fence   2 lease, ms
--
-- returns whether that run is still on
--- @include "../includes/task"
if not is_run(KEYS[1], ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'l', text_of(clock() + tonumber(ARGV[2])))
return 1
