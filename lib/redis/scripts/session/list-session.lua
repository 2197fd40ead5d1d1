-- Adds a session to a list of sessions, or keeps it there.
--
-- Lists are hints: readers check for each session whether it still exists.
--
-- Input:
--   KEYS[1]  list
--   ARGV[1]  session
--   ARGV[2]  how long the session stays on the list, ms
--   ARGV[3]  maximum length of the list, 0 for no limit
--
-- Output:
--   1, or 0 if the list is full
--- @include "../includes/clock"
local list, session, ttl, limit = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local now = clock()
redis.call('ZREMRANGEBYSCORE', list, '-inf', text_of(now))
if limit > 0 and redis.call('ZCARD', list) >= limit and not redis.call('ZSCORE', list, session) then return 0 end
redis.call('ZADD', list, text_of(now + ttl), session)
-- A session that was just created has a short place; the list lives as long as the longest of them.
if redis.call('PTTL', list) < ttl then redis.call('PEXPIRE', list, ARGV[2]) end
return 1
