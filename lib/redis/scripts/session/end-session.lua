-- Ends a session, removes everything it owns and signals its readers.
--
-- Input:
--   KEYS[1]   session
--   KEYS[2]   subscriptions
--   KEYS[3…]  where they are known and in the same slot: the lists that it is on, and last the principal of its id
--   ARGV[1]   prefix of logs
--   ARGV[2]   prefix of results
--   ARGV[3]   channel
--   ARGV[4]   '1' to end the session only if no connection holds a stream of it
--   ARGV[5]   channel on which instances hear that the session has ended, or '' if the caller tells them
--   ARGV[6]   session, as on lists
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
for i = 3, #KEYS - 1 do redis.call('ZREM', KEYS[i], ARGV[6]) end
if #KEYS > 2 then redis.call('DEL', KEYS[#KEYS]) end
-- SessionNews reads this. What runs in a session that only gives way is not cancelled.
if ARGV[5] ~= '' then publish_signal(ARGV[5], (ARGV[4] == '1' and '' or '-') .. ARGV[6]) end
publish_signal(channel, 'x')
return owned
