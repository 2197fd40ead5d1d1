-- Appends messages to one stream: linked, idempotent, bounded, and rung, in one step.
--
-- KEYS 1  session
-- ARGV 1  prefix of logs         2 prefix of results    3 stream             4 channel
--      5  producer               6 counter of the call  7 maxHistory         8 maxHistoryBytes
--      9  historyTtlMs          10 resultTtlMs         11 maxStreams        12 largest payload of a signal, bytes
--     13… pairs: text, '1' for a final message
--
-- returns {'gone'}: the session is over, nothing brings it back
--         {'limit'}: one stream too many
--         {'stale'}: a repetition of a call that was followed by another one; nobody waits for it
--         {'ok', '1' if somebody listens, id or '' for "stream is done", …}
--- @include "../includes/stream-head"
--- @include "../includes/publish-signal"
local session, logs, results, stream, channel = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local producer, counter, result_ttl, largest = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[10]), tonumber(ARGV[12])
local max_bytes = tonumber(ARGV[8])
local log = logs .. stream

-- Keeps at most max_bytes, but always the newest entry: its signal may carry no text, then the reader comes here for it.
local function trim(head)
  while true do
    local page = redis.call('XRANGE', log, '-', '+', 'COUNT', 32)
    if #page == 0 then head.first = head.total return end
    for _, entry in ipairs(page) do
      local before = tonumber(entry[2][8])
      if head.total - before <= max_bytes or entry[1] == head.last then
        redis.call('XTRIM', log, 'MINID', entry[1])
        head.first = before
        return
      end
    end
    redis.call('XTRIM', log, 'MINID', page[#page][1])
  end
end

-- In as few commands as can be: this is the script that everything waits for.
local fields = redis.call('HMGET', session, 'r', 'h:' .. stream, 'q:' .. stream)
if not fields[1] then return { 'gone' } end
local now = clock()
local head = known(session, logs, results, stream, now, result_ttl, fields[2])

-- A producer has one call in flight per stream and counts its calls: what it sent last is all it can repeat (finding 5).
local sent = head and fields[3] or ''
local from = string.find(sent, producer .. ' ', 1, true)
if from then
  local to = string.find(sent, '\n', from, true)
  local seen, listened, ids = string.match(string.sub(sent, from, to - 1), '^%S+ (%d+) (%d) (.*)$')
  seen = tonumber(seen)
  if seen > counter then return { 'stale' } end
  if seen == counter then
    local reply = { 'ok', listened }
    for id in string.gmatch(ids, '([^,]*),') do reply[#reply + 1] = id end
    return reply
  end
  sent = string.sub(sent, 1, from - 1) .. string.sub(sent, to + 1)
end

head = head or begin(session, logs, results, stream, now, result_ttl, tonumber(ARGV[11]))
if not head then return { 'limit' } end

local ids, signals = {}, {}
for i = 13, #ARGV, 2 do
  if head.done then
    ids[#ids + 1] = ''
  else
    local text, final = ARGV[i], ARGV[i + 1] == '1'
    -- Like XADD's '*', but behind the newest id ever, whose entry may have expired.
    local ms, n = string.match(head.last, '^(%d+)%-(%d+)$')
    if now > tonumber(ms) then ms, n = now, 0 else ms, n = tonumber(ms), tonumber(n) + 1 end
    local id, previous = string.format('%.0f-%.0f', ms, n), head.last
    redis.call('XADD', log, 'MAXLEN', '~', ARGV[7], id,
      'p', previous, 't', final and '1f' or '1', 'd', text, 'o', string.format('%.0f', head.total))
    head.last, head.total = id, head.total + #text
    if final then
      head.done = true
      redis.call('SET', results .. stream, id .. ' ' .. previous .. ' ' .. text, 'PX', ARGV[10])
      redis.call('HDEL', session, 'w:' .. stream)
    end
    local signal = 'e ' .. stream .. ' ' .. id .. ' ' .. previous .. (final and ' 1' or ' 0')
    if #text <= largest then signal = signal .. ' ' .. text end
    ids[#ids + 1], signals[#signals + 1] = id, signal
  end
end

local heard = 0
if #signals > 0 then
  if head.total - head.first > max_bytes then trim(head) end
  redis.call('PEXPIRE', log, ARGV[9])
  head.touched = now
  heard = publish_signal(channel, table.concat(signals, '\n'))
end
-- The holder may have been killed with its claim: then nobody hears the signal.
local listening = (head.held and heard > 0) and '1' or '0'
sent = producer .. ' ' .. ARGV[6] .. ' ' .. listening .. ' ' .. table.concat(ids, ',') .. ',\n' .. sent
-- Producers that have not said anything for long are forgotten, whole lines from the end, but never this one.
if #sent > 8192 then
  local own = string.find(sent, '\n', 1, true)
  sent = string.sub(sent, 1, own) .. (string.match(string.sub(sent, own + 1, 8192), '^(.*\n)') or '')
end
redis.call('HSET', session, 'h:' .. stream, pack_head(head), 'q:' .. stream, sent)
return { 'ok', listening, unpack(ids) }
