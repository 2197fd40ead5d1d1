-- Adds a task to the list of its owner.
--
-- The list has another hash slot than the tasks, so it may name tasks that no longer exist. Readers check each of them.
--
-- Input:
--   KEYS[1]  sorted set of ids by creation
--   KEYS[2]  sorted set of ids by expiry
--   ARGV[1]  id of the task
--   ARGV[2]  creation time
--   ARGV[3]  TTL, ms
--
-- Output:
--   1
--- @include "../includes/task"
local by_creation, by_expiry, id, created_at, ttl = KEYS[1], KEYS[2], ARGV[1], ARGV[2], tonumber(ARGV[3])
redis.call('ZADD', by_creation, created_at, id)
redis.call('ZADD', by_expiry, text_of(clock() + ttl), id)
for _, list in ipairs(KEYS) do
  if redis.call('PTTL', list) < ttl then redis.call('PEXPIRE', list, ARGV[3]) end
end
return 1
