-- Adds a session to a list of sessions, or keeps it there.
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
--- @include "../includes/session-list"
if is_full(KEYS[1], ARGV[1], tonumber(ARGV[3])) then return 0 end
list_session(KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[4]))
return 1
