-- Claims a stream for one connection with a number that is greater than those of all earlier claims.
--
-- Input:
--   KEYS[1]  session
--   ARGV[1]  prefix of logs
--   ARGV[2]  prefix of results
--   ARGV[3]  stream
--   ARGV[4]  channel
--   ARGV[5]  resultTtlMs
--   ARGV[6]  maxStreams
--
-- Output:
--   the number of the claim, 'gone' if the session has ended, or 'limit' if this is one stream too many
--- @include "../includes/stream-head"
--- @include "../includes/publish-signal"
local session, logs, results, stream, channel = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local result_ttl, max_streams = tonumber(ARGV[5]), tonumber(ARGV[6])
if redis.call('EXISTS', session) == 0 then return 'gone' end
local now = clock()
local head = load_head(session, logs, results, stream, now, result_ttl)
  or create_head(session, logs, results, stream, now, result_ttl, max_streams)
if not head then return 'limit' end
head.fence, head.held = head.fence + 1, true
if not head.done then head.touched = now end
write_head(session, stream, head)
publish_signal(channel, 'c ' .. stream .. ' ' .. string.format('%.0f', head.fence))
return head.fence
