-- Adds a session to a list of sessions, or keeps it there.
--
-- Lists are hints: readers check for each session whether it still exists.
--
-- Input:
--   KEYS[1]  list
--   ARGV[1]  session
--   ARGV[2]  how long the session stays on the list, ms
--   ARGV[3]  maximum length of the list, 0 for no limit
--   ARGV[4]  how long expired sessions stay on the list for who wants to know of them, ms
--
-- Output:
--   1, or 0 if the list is full
--- @include "../includes/clock"
local list, session, ttl, limit, kept = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local now = clock()
redis.call('ZREMRANGEBYSCORE', list, '-inf', text_of(now - kept))
local length = redis.call('ZCOUNT', list, '(' .. text_of(now), '+inf')
if limit > 0 and length >= limit and not redis.call('ZSCORE', list, session) then return 0 end
redis.call('ZADD', list, text_of(now + ttl), session)
-- A session that was just created has a short place; the list lives as long as the longest of them.
if redis.call('PTTL', list) < ttl + kept then redis.call('PEXPIRE', list, text_of(ttl + kept)) end
return 1
