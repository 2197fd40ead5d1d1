-- Reads a page of an owner's task list, after removing expired tasks from it.
--
-- Input:
--   KEYS[1]  sorted set of ids by creation
--   KEYS[2]  sorted set of ids by expiry
--   ARGV[1]  maximum number of ids
--   ARGV[2]  creation time of the last task of the previous page, absent for the first page
--   ARGV[3]  id of that task
--
-- Output:
--   {id, creation time, id, creation time, …}
--- @include "../includes/task"
local by_creation, by_expiry, limit, after_time, after_id = KEYS[1], KEYS[2], tonumber(ARGV[1]), ARGV[2], ARGV[3]
local now = text_of(clock())
repeat
  local expired = redis.call('ZRANGEBYSCORE', by_expiry, '-inf', now, 'LIMIT', 0, 1000)
  if #expired > 0 then
    redis.call('ZREM', by_creation, unpack(expired))
    redis.call('ZREM', by_expiry, unpack(expired))
  end
until #expired == 0
local start = 0
if after_time then
  -- The task may have expired. If so, it is added for a moment to find its position.
  local added = redis.call('ZADD', by_creation, 'NX', after_time, after_id)
  start = redis.call('ZRANK', by_creation, after_id) + 1 - added
  if added == 1 then redis.call('ZREM', by_creation, after_id) end
end
return redis.call('ZRANGE', by_creation, start, start + limit - 1, 'WITHSCORES')
