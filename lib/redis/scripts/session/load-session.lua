-- Reads a session and extends its idle TTL, at most once per twentieth of it and not with each request (P16).
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
local session, subscriptions, min_ttl, new_ttl = KEYS[1], KEYS[2], tonumber(ARGV[1]), ARGV[2]
local fields = redis.call('HMGET', session, 'r', 'i', 'l', 'b', 'b')
if not fields[1] then return false end
fields[4], fields[5] = 0, tonumber(fields[5] or '0')
if redis.call('PTTL', session) < min_ttl then
  redis.call('PEXPIRE', session, new_ttl)
  redis.call('PEXPIRE', subscriptions, new_ttl)
  fields[4] = 1
end
return fields
