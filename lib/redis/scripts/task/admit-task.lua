-- Counts a task in, where there is room: a set of all of them, by when they expire. It lies in a slot of its own, so a task
-- that could not be created after all is counted until it would have expired.
--
-- KEYS 1  all tasks
-- ARGV 1  task   2 TTL, ms   3 how many there may be
--
-- returns 1, or 0 when there is no room
--- @include "../includes/task"
local now = clock()
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', text_of(now))
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) and not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], text_of(now + tonumber(ARGV[2])), ARGV[1])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1
