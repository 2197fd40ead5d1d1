-- Assigns the requests of a stream to the instance that will answer them.
--
-- Input:
--   KEYS[1]  session
--   ARGV[1]  prefix of logs
--   ARGV[2]  prefix of results
--   ARGV[3]  stream
--   ARGV[4]  instance
--   ARGV[5]  JSON of the requests' ids
--   ARGV[6]  resultTtlMs
--   ARGV[7]  maxStreams
--
-- Output:
--   'ok', 'done' if the final message is already there, 'gone' if the session has ended, or 'limit' if this is one
--   stream too many
--- @include "../includes/stream-head"
local session, logs, results, stream, instance, requests = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local result_ttl, max_streams = tonumber(ARGV[6]), tonumber(ARGV[7])
if redis.call('EXISTS', session) == 0 then return 'gone' end
local now = clock()
local head = load_head(session, logs, results, stream, now, result_ttl)
  or create_head(session, logs, results, stream, now, result_ttl, max_streams)
if not head then return 'limit' end
if head.done then return 'done' end
head.touched = now
write_head(session, stream, head)
redis.call('HSET', session, 'w:' .. stream, instance .. ' ' .. requests)
return 'ok'
