-- Writes down who owes which answers on a stream.
--
-- KEYS 1  session
-- ARGV 1  prefix of logs   2 prefix of results   3 stream   4 instance   5 JSON of the requests' ids   6 resultTtlMs
--      7  maxStreams
--
-- returns 'ok', 'done' where the final message is there already, 'gone' or 'limit'
--- @include "../includes/stream-head"
local session, logs, results, stream = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
if redis.call('EXISTS', session) == 0 then return 'gone' end
local now, result_ttl = clock(), tonumber(ARGV[6])
local head = existing(session, logs, results, stream, now, result_ttl)
  or begin(session, logs, results, stream, now, result_ttl, tonumber(ARGV[7]))
if not head then return 'limit' end
if head.done then return 'done' end
head.touched = now
write_head(session, stream, head)
redis.call('HSET', session, 'w:' .. stream, ARGV[4] .. ' ' .. ARGV[5])
return 'ok'
