-- Puts a session on a list of sessions, or keeps it there. Lists are hints: whoever walks one looks whether each session
-- is still there.
--
-- KEYS 1  list
-- ARGV 1  session   2 how long it stays on the list, ms   3 how many the list may hold, 0 for any number
--
-- returns 1, or 0 when the list is full
--- @include "../includes/clock"
local now = clock()
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', text_of(now))
local most = tonumber(ARGV[3])
if most > 0 and redis.call('ZCARD', KEYS[1]) >= most and not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], text_of(now + tonumber(ARGV[2])), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
