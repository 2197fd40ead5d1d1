-- Creates a session together with its places on the lists, if there is room for it.
--
-- On a cluster these keys are in different slots, and each change is a script of its own.
--
-- Input:
--   KEYS[1]   session
--   KEYS[2]   list of its client
--   KEYS[3]   list of all sessions
--   KEYS[4]   list of its principal
--   KEYS[5]   principal of the session id
--   ARGV[1]   record
--   ARGV[2]   '1' if initialized
--   ARGV[3]   log level, or ''
--   ARGV[4]   idle TTL, ms
--   ARGV[5]   whose share its streams count for
--   ARGV[6]   session, as on lists
--   ARGV[7]   how long it stays on the lists, ms
--   ARGV[8]   maximum length of the list of its client
--   ARGV[9]   maximum length of the list of all
--   ARGV[10]  how long expired sessions stay on the list of all for who wants to know of them, ms
--   ARGV[11]  principal
--
-- Output:
--   1, or 0 if another session has this key; a repetition of the same call succeeds. 'share' or 'total' if the list of
--   its client, or that of all, is full
--- @include "../includes/session-list"
--- @include "../includes/session-record"
local session, of_client, all, of_principal, owner = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local ttl, name, list_ttl, kept, principal = ARGV[4], ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[10]), ARGV[11]
if is_full(of_client, name, tonumber(ARGV[8])) then return 'share' end
if is_full(all, name, tonumber(ARGV[9])) then return 'total' end
-- The first write: a Redis without memory refuses this one, and what follows it in a script no longer.
if not create_session(session, ARGV[1], ARGV[2], ARGV[3], ttl, ARGV[5]) then return 0 end
list_session(of_client, name, list_ttl, 0)
list_session(all, name, list_ttl, kept)
list_session(of_principal, name, list_ttl, 0)
redis.call('SET', owner, principal, 'PX', list_ttl)
return 1
