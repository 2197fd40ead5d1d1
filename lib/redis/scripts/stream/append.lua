-- Appends messages to one stream and publishes a signal, in one atomic step that can be repeated.
--
-- Input:
--   KEYS[1]    session
--   ARGV[1]    prefix of logs
--   ARGV[2]    prefix of results
--   ARGV[3]    stream
--   ARGV[4]    channel
--   ARGV[5]    producer
--   ARGV[6]    counter of the call
--   ARGV[7]    maxHistory
--   ARGV[8]    maxHistoryBytes
--   ARGV[9]    historyTtlMs
--   ARGV[10]   resultTtlMs
--   ARGV[11]   maxStreams
--   ARGV[12]   largest message that a signal includes, bytes
--   ARGV[13…]  pairs of message and '1' if it is the final one
--
-- Output:
--   {'gone'}   the session has ended; nothing brings it back
--   {'limit'}  this is one stream too many
--   {'stale'}  a repetition of a call that was followed by another one; nobody waits for it
--   {'ok', '1' if a connection listens, amount of the log for the account or '' if it has hardly changed, …}
--              for each message its id, or '' if the stream already had its final message
--- @include "../includes/stream-head"
--- @include "../includes/publish-signal"
--- @include "../includes/require-keys"
local session, logs, results, stream, channel = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local producer, counter, max_entries, max_bytes = ARGV[5], tonumber(ARGV[6]), ARGV[7], tonumber(ARGV[8])
local history_ttl, result_ttl, max_streams = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
local max_payload = tonumber(ARGV[12])
local log = logs .. stream

-- Trims the log to max_bytes, but always keeps the newest entry: if its signal has no payload, readers need it here.
local function trim(head)
  while true do
    local page = redis.call('XRANGE', log, '-', '+', 'COUNT', 32)
    if #page == 0 then head.first = head.total return end
    for _, entry in ipairs(page) do
      local bytes_before = tonumber(entry[2][8])
      if head.total - bytes_before <= max_bytes or entry[1] == head.last then
        redis.call('XTRIM', log, 'MINID', entry[1])
        head.first = bytes_before
        return
      end
    end
    redis.call('XTRIM', log, 'MINID', page[#page][1])
  end
end

-- Returns 'bytes now client' of the log for the account, or '' if that is not worth a report: small messages
-- are reported once in a KiB, or in 8 KiB of a log of more than 16 KiB, and at least four times while the log lives.
local SAMPLE = 16384
local now, total_before, last_before
local function amount_of(head)
  local grain = total_before - head.first < SAMPLE and 1024 or 8192
  local slice = history_ttl / 4
  if total_before > 0 and not head.done and math.floor(total_before / grain) == math.floor(head.total / grain)
    and math.floor(last_before / slice) == math.floor(now / slice) then return '' end
  if now - last_before > history_ttl then
    -- The older entries have expired, with their key.
    head.first = math.max(head.first, total_before)
  elseif head.total - total_before < SAMPLE and math.floor(total_before / SAMPLE) ~= math.floor(head.total / SAMPLE) then
    -- Redis trims by the number of entries: then fewer bytes are left than were appended.
    local oldest = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
    if oldest then head.first = math.max(head.first, tonumber(oldest[2][8])) end
  end
  local bytes, client = head.total - head.first, redis.call('HGET', session, 'k') or ''
  return text_of(bytes) .. ' ' .. text_of(now) .. ' ' .. client
end

-- With as few commands as possible: this is the script that everything waits for.
local fields = redis.call('HMGET', session, 'r', 'h:' .. stream, 'q:' .. stream)
if not fields[1] then return { 'gone' } end
require_keys(log, results .. stream)
now = clock()
local head = live_head(session, logs, results, stream, now, result_ttl, fields[2])

-- A producer has one call in flight per stream and numbers its calls, so it can only repeat its last one (finding 5).
local producers = head and fields[3] or ''
local from = string.find(producers, producer .. ' ', 1, true)
if from then
  local to = string.find(producers, '\n', from, true)
  local line = string.sub(producers, from, to - 1)
  local last_counter, last_listening, last_ids = string.match(line, '^%S+ (%d+) (%d) (.*)$')
  last_counter = tonumber(last_counter)
  if last_counter > counter then return { 'stale' } end
  if last_counter == counter then
    local repeated = { 'ok', last_listening, '' }
    for id in string.gmatch(last_ids, '([^,]*),') do repeated[#repeated + 1] = id end
    return repeated
  end
  producers = string.sub(producers, 1, from - 1) .. string.sub(producers, to + 1)
end

head = head or create_head(session, logs, results, stream, now, result_ttl, max_streams)
if not head then return { 'limit' } end

local ids, signals = {}, {}
total_before, last_before = head.total, tonumber(string.match(head.last, '^%d+'))
for i = 13, #ARGV, 2 do
  if head.done then
    ids[#ids + 1] = ''
  else
    local text, final = ARGV[i], ARGV[i + 1] == '1'
    -- Like the '*' of XADD, but after the newest id ever, whose entry may have expired.
    local ms, n = string.match(head.last, '^(%d+)%-(%d+)$')
    if now > tonumber(ms) then ms, n = now, 0 else ms, n = tonumber(ms), tonumber(n) + 1 end
    local id, previous = string.format('%.0f-%.0f', ms, n), head.last
    redis.call('XADD', log, 'MAXLEN', '~', max_entries, id,
      'p', previous, 't', final and '1f' or '1', 'd', text, 'o', string.format('%.0f', head.total))
    head.last, head.total = id, head.total + #text
    if final then
      head.done = true
      redis.call('SET', results .. stream, id .. ' ' .. previous .. ' ' .. text, 'PX', ARGV[10])
      redis.call('HDEL', session, 'w:' .. stream)
    end
    local signal = 'e ' .. stream .. ' ' .. id .. ' ' .. previous .. (final and ' 1' or ' 0')
    if #text <= max_payload then signal = signal .. ' ' .. text end
    ids[#ids + 1], signals[#signals + 1] = id, signal
  end
end

local receivers = 0
if #signals > 0 then
  if head.total - head.first > max_bytes then trim(head) end
  redis.call('PEXPIRE', log, ARGV[9])
  head.touched = now
  receivers = publish_signal(channel, table.concat(signals, '\n'))
end
-- The connection that holds the stream may have been killed with its claim. Then the signal has no receivers.
local listening = (head.held and receivers > 0) and '1' or '0'
producers = producer .. ' ' .. ARGV[6] .. ' ' .. listening .. ' ' .. table.concat(ids, ',') .. ',\n' .. producers
-- Producers that have been silent for long are dropped, whole lines from the end, but never this producer.
if #producers > 8192 then
  local own = string.find(producers, '\n', 1, true)
  producers = string.sub(producers, 1, own) .. (string.match(string.sub(producers, own + 1, 8192), '^(.*\n)') or '')
end
local amount = amount_of(head)
redis.call('HSET', session, 'h:' .. stream, pack_head(head), 'q:' .. stream, producers)
return { 'ok', listening, amount, unpack(ids) }
