-- Releases a claim, unless there is a newer one.
--
-- Input:
--   KEYS[1]  session
--   ARGV[1]  prefix of logs
--   ARGV[2]  prefix of results
--   ARGV[3]  stream
--   ARGV[4]  fence of the claim
--   ARGV[5]  resultTtlMs
--   ARGV[6]  '1' if the connection wrote the final message
--
-- Output:
--   1, or 0 if there is nothing to release, or 2 if the stream is kept for 30 more seconds
--- @include "../includes/stream-head"
local session, logs, results, stream = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local fence, result_ttl = tonumber(ARGV[4]), tonumber(ARGV[5])
if redis.call('EXISTS', session) == 0 then return 0 end
local head = load_head(session, logs, results, stream, clock(), result_ttl)
if not head or head.fence ~= fence then return 0 end
head.held = false
-- Hardly any client asks again for what it has got: a delivered stream is kept for 30 more seconds.
local released = 1
if ARGV[6] == '1' and head.done and result_ttl > 30000 then
  released = 2
  head.touched = math.min(head.touched, clock() - result_ttl + 30000)
  redis.call('PEXPIRE', results .. stream, 30000)
  redis.call('PEXPIRE', logs .. stream, 30000)
end
write_head(session, stream, head)
return released
