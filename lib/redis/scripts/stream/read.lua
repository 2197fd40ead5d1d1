-- Reads one stream on from a cursor.
--
-- KEYS 1  session
-- ARGV 1  prefix of logs   2 prefix of results   3 stream   4 cursor   5 count   6 resultTtlMs
--
-- returns {'ended'}: the session is over
--         {'unknown'}: nothing is known of the stream
--         {'ok', newest id ever, fence, final message as "id previous text" or '', entry, …}; the final message is left
--         out where it is the last entry, unless that is of a version its reader may not know (F18). Slides no session's TTL.
--- @include "../includes/stream-head"
local session, logs, results, stream, result_ttl = KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[6])
if redis.call('EXISTS', session) == 0 then return { 'ended' } end
local now = clock()
local head = existing(session, logs, results, stream, now, result_ttl)
if not head then return { 'unknown' } end
-- Being read keeps an unfinished stream known; said now and then, not at each of the reader's self-checks (P16).
if not head.done and stream ~= 'g' and now - head.touched > result_ttl / 10 then
  head.touched = now
  write_head(session, stream, head)
end
local entries = {}
if ARGV[4] ~= head.last then entries = redis.call('XRANGE', logs .. stream, '(' .. ARGV[4], '+', 'COUNT', ARGV[5]) end
local reply = { 'ok', head.last, tostring(head.fence), '' }
local newest = entries[#entries]
if head.done and not (newest and newest[1] == head.last and newest[2][4] == '1f') then
  reply[4] = redis.call('GET', results .. stream) or ''
end
for i, entry in ipairs(entries) do reply[4 + i] = entry end
return reply
