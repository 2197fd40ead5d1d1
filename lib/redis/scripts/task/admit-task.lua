-- Adds a task to the set of all tasks if there is room.
--
-- The set has a hash slot of its own, so it cannot change together with the task. A task that could not be created
-- after all is counted until it would have expired.
--
-- Input:
--   KEYS[1]  sorted set of all tasks by expiry
--   ARGV[1]  task
--   ARGV[2]  TTL, ms
--   ARGV[3]  maximum number of tasks
--
-- Output:
--   1, or 0 if there is no room
--- @include "../includes/task"
local tasks, task, ttl, limit = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local now = clock()
redis.call('ZREMRANGEBYSCORE', tasks, '-inf', text_of(now))
if redis.call('ZCARD', tasks) >= limit and not redis.call('ZSCORE', tasks, task) then return 0 end
redis.call('ZADD', tasks, text_of(now + ttl), task)
if redis.call('PTTL', tasks) < ttl then redis.call('PEXPIRE', tasks, ARGV[2]) end
return 1
