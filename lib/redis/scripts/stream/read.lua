-- Reads the entries of one stream after a cursor, without extending the TTL of the session.
--
-- Input:
--   KEYS[1]  session
--   ARGV[1]  prefix of logs
--   ARGV[2]  prefix of results
--   ARGV[3]  stream
--   ARGV[4]  cursor
--   ARGV[5]  maximum number of entries
--   ARGV[6]  resultTtlMs
--
-- Output:
--   {'ended'}    the session has ended
--   {'unknown'}  nothing is known of the stream
--   {'ok', newest id ever, fence, final message as "id previous text" or '', entry, …}
--                the final message is left out if it is the last entry, unless that entry has a version the reader may
--                not know (F18)
--- @include "../includes/stream-head"
local session, logs, results, stream, cursor, count = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local result_ttl = tonumber(ARGV[6])
if redis.call('EXISTS', session) == 0 then return { 'ended' } end
local now = clock()
local head = load_head(session, logs, results, stream, now, result_ttl)
if not head then return { 'unknown' } end
-- Reading keeps an unfinished stream known. It is written now and then, not with each self-check of the reader (P16).
if not head.done and stream ~= 'g' and now - head.touched > result_ttl / 10 then
  head.touched = now
  write_head(session, stream, head)
end
local entries = {}
if cursor ~= head.last then entries = redis.call('XRANGE', logs .. stream, '(' .. cursor, '+', 'COUNT', count) end
local page = { 'ok', head.last, tostring(head.fence), '' }
local newest = entries[#entries]
if head.done and not (newest and newest[1] == head.last and newest[2][4] == '1f') then
  page[4] = redis.call('GET', results .. stream) or ''
end
for i, entry in ipairs(entries) do page[4 + i] = entry end
return page
