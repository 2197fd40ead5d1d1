-- Reads a session and extends its idle TTL.
--
-- Input:
--   KEYS[1]  session
--   KEYS[2]  subscriptions
--   ARGV[1]  idle TTL that must remain, ms
--   ARGV[2]  TTL to set if less remains, ms
--
-- Output:
--   nil if the session is unknown, else {record, initialized, log level, 1 if the TTL was extended, bytes of its
--   subscriptions}
--- @include "../includes/session-record"
local session, subscriptions, min_ttl, new_ttl = KEYS[1], KEYS[2], tonumber(ARGV[1]), ARGV[2]
local fields = redis.call('HMGET', session, 'r', 'i', 'l', 'b', 'b')
if not fields[1] then return false end
fields[4] = extend_session(session, subscriptions, min_ttl, new_ttl) and 1 or 0
fields[5] = tonumber(fields[5] or '0')
return fields
