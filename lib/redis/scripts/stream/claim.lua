-- Takes a stream for one connection: its number outranks all before it.
--
-- KEYS 1  session
-- ARGV 1  prefix of logs   2 prefix of results   3 stream   4 channel   5 resultTtlMs   6 maxStreams
--
-- returns the number, 'gone' or 'limit'
--- @include "../includes/stream-head"
--- @include "../includes/publish-signal"
local session, logs, results, stream = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
if redis.call('EXISTS', session) == 0 then return 'gone' end
local now, result_ttl = clock(), tonumber(ARGV[5])
local head = existing(session, logs, results, stream, now, result_ttl)
  or begin(session, logs, results, stream, now, result_ttl, tonumber(ARGV[6]))
if not head then return 'limit' end
head.fence, head.held = head.fence + 1, true
if not head.done then head.touched = now end
write_head(session, stream, head)
publish_signal(ARGV[4], 'c ' .. stream .. ' ' .. string.format('%.0f', head.fence))
return head.fence
