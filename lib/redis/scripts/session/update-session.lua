-- Changes fields of an existing session. One that becomes initialized is in use, so its idle TTL is extended.
--
-- Input:
--   KEYS[1]   session
--   KEYS[2]   subscriptions
--   KEYS[3…]  where they are known and in the same slot: the list of its client, the list of all sessions, the list of
--             its principal, and the principal of its id
--   ARGV[1]   '1' or '0' for whether it is initialized, or '' if that does not change
--   ARGV[2]   log level, or '' if it does not change
--   ARGV[3]   channel on which instances hear that what they know of the session has changed, or '' if the caller tells
--             them
--   ARGV[4]   idle TTL that must remain of a session in use, ms
--   ARGV[5]   TTL to set if less remains, ms
--   ARGV[6]   session, as on lists
--   ARGV[7]   how long it stays on the lists, ms
--   ARGV[8]   how long expired sessions stay on the list of all for who wants to know of them, ms
--   ARGV[9]   principal
--
-- Output:
--   nil if the session is unknown, else {} or, if its TTL was extended, {record, whose share its streams count for,
--   bytes of its subscriptions}
--- @include "../includes/session-list"
--- @include "../includes/session-record"
--- @include "../includes/publish-signal"
local session, subscriptions, initialized, level, channel = KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3]
local name, list_ttl, kept = ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8])
local fields = redis.call('HMGET', session, 'r', 'k', 'b', 'i')
if not fields[1] then return false end
if initialized ~= '' then redis.call('HSET', session, 'i', initialized) end
if level ~= '' then
  redis.call('HSET', session, 'l', level)
  if channel ~= '' then publish_signal(channel, name) end
end
if initialized ~= '1' or fields[4] == '1' then return {} end
if not extend_session(session, subscriptions, tonumber(ARGV[4]), ARGV[5]) then return {} end
if #KEYS > 2 then
  list_session(KEYS[3], name, list_ttl, 0)
  list_session(KEYS[4], name, list_ttl, kept)
  list_session(KEYS[5], name, list_ttl, 0)
  redis.call('SET', KEYS[6], ARGV[9], 'PX', list_ttl)
end
return { fields[1], fields[2] or '', tonumber(fields[3] or '0') }
