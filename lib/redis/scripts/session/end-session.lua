-- Ends a session, removes everything it owns and signals its readers.
--
-- Input:
--   KEYS[1]  session
--   KEYS[2]  subscriptions
--   ARGV[1]  prefix of logs
--   ARGV[2]  prefix of results
--   ARGV[3]  channel
--   ARGV[4]  '1' to end the session only if no connection holds a stream of it
--
-- Output:
--   nil if the session is unknown or not ended, else {record, stream, …}
--- @include "../includes/publish-signal"
local session, subscriptions, logs, results, channel = KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3]
local record = redis.call('HGET', session, 'r')
if not record then return false end
if ARGV[4] == '1' then
  for _, text in ipairs(redis.call('HVALS', session)) do
    -- The third number of a head says whether a connection holds its stream.
    if string.match(text, '^%d+%-%d+ %d+ 1 %d ') then return false end
  end
end
local owned = { record }
for _, field in ipairs(redis.call('HKEYS', session)) do
  local stream = string.match(field, '^h:(.+)$')
  if stream then
    redis.call('DEL', logs .. stream, results .. stream)
    owned[#owned + 1] = stream
  end
end
redis.call('DEL', session, subscriptions)
publish_signal(channel, 'x')
return owned
