-- Takes expired sessions off a list. Each is returned to one caller only.
--
-- Input:
--   KEYS[1]  list
--   ARGV[1]  maximum number of sessions
--
-- Output:
--   the sessions
--- @include "../includes/clock"
local expired = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', text_of(clock()), 'LIMIT', 0, ARGV[1])
for _, session in ipairs(expired) do redis.call('ZREM', KEYS[1], session) end
return expired
