-- Forgets the finished streams of a session, so that there is room for something else.
--
-- Input:
--   KEYS[1]  session
--   ARGV[1]  prefix of logs
--   ARGV[2]  prefix of results
--
-- Output:
--   the streams that were forgotten
--- @include "../includes/stream-head"
local session, logs, results = KEYS[1], ARGV[1], ARGV[2]
local forgotten = {}
local fields = redis.call('HGETALL', session)
for i = 1, #fields, 2 do
  local stream = string.match(fields[i], '^h:(.+)$')
  local head = stream and stream ~= 'g' and parse_head(fields[i + 1])
  -- A connection that holds a finished stream may not have read its answer yet.
  if head and head.done and not head.held then
    forget_stream(session, logs, results, stream)
    forgotten[#forgotten + 1] = stream
  end
end
return forgotten
