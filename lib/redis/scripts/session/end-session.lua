-- Ends a session with everything it owns, and rings its readers.
--
-- KEYS 1  session   2 subscriptions
-- ARGV 1  prefix of logs   2 prefix of results   3 channel
--
-- returns nil when there was none, else the URIs it was subscribed to
--- @include "../includes/publish-signal"
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  local stream = string.match(field, '^h:(.+)$')
  if stream then redis.call('DEL', ARGV[1] .. stream, ARGV[2] .. stream) end
end
local uris = redis.call('SMEMBERS', KEYS[2])
redis.call('DEL', KEYS[1], KEYS[2])
publish_signal(ARGV[3], 'x')
return uris
