-- Reads a page of an owner's list, and takes those off that have expired.
--
-- KEYS 1  ids by creation   2 ids by when they expire
-- ARGV 1  how many   2 and 3: created at and id of the last one before, if there was one
--
-- returns ids and when they were created, in turns
--- @include "../includes/task"
local now = text_of(clock())
repeat
  local gone = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 1000)
  if #gone > 0 then
    redis.call('ZREM', KEYS[1], unpack(gone))
    redis.call('ZREM', KEYS[2], unpack(gone))
  end
until #gone == 0
local start = 0
if ARGV[2] then
  -- The one before may be gone: then it is put where it was for as long as it takes to find its place.
  local added = redis.call('ZADD', KEYS[1], 'NX', ARGV[2], ARGV[3])
  start = redis.call('ZRANK', KEYS[1], ARGV[3]) + 1 - added
  if added == 1 then redis.call('ZREM', KEYS[1], ARGV[3]) end
end
return redis.call('ZRANGE', KEYS[1], start, start + tonumber(ARGV[1]) - 1, 'WITHSCORES')
