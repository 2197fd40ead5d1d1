-- Puts a task on the list of its owner. The list lies in another slot than its tasks, so it may name some that are gone:
-- whoever reads it looks for each of them.
--
-- KEYS 1  ids by creation   2 ids by when they expire
-- ARGV 1  id   2 created at   3 TTL, ms
--- @include "../includes/task"
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('ZADD', KEYS[2], text_of(clock() + tonumber(ARGV[3])), ARGV[1])
for _, list in ipairs(KEYS) do
  if redis.call('PTTL', list) < tonumber(ARGV[3]) then redis.call('PEXPIRE', list, ARGV[3]) end
end
return 1
