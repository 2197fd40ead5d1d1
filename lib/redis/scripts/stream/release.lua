-- Lets go of a claim, unless a newer one exists.
--
-- KEYS 1  session
-- ARGV 1  prefix of logs   2 prefix of results   3 stream   4 fence   5 resultTtlMs
--- @include "../includes/stream-head"
local session, stream = KEYS[1], ARGV[3]
if redis.call('EXISTS', session) == 0 then return 0 end
local head = existing(session, ARGV[1], ARGV[2], stream, clock(), tonumber(ARGV[5]))
if not head or head.fence ~= tonumber(ARGV[4]) then return 0 end
head.held = false
write_head(session, stream, head)
return 1
