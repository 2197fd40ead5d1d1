-- The head of a stream, shared by all scripts that work with streams.
--
-- A head is a field of its session's hash, so it lives exactly as long as the session and outlives the entries. If the
-- newest id expired with them, a quiet stream would begin again at 0-0 and every reader would get a false gap.
--
-- Fields of the session's hash:
--   h:<stream>  the head: last fence held done touched total first age
--                 last     id of the newest entry ever appended
--                 fence    number of the newest claim
--                 held     1 while a connection holds the stream
--                 done     1 once the final message is there
--                 touched  when the stream was last used, ms
--                 total    bytes ever appended
--                 first    how many of these bytes precede the oldest entry, as far as is known
--                 age      orders the streams by their beginning
--   w:<stream>  the outstanding requests until the final message: instance, then the JSON of the requests' ids
--   q:<stream>  one line per producer, newest first: producer counter listening id,id,…
--   n           number of streams, not counting the standalone stream
--   m           counter that numbers the streams
--- @include "clock"

local function pack_head(head)
  return string.format('%s %.0f %d %d %.0f %.0f %.0f %.0f', head.last, head.fence,
    head.held and 1 or 0, head.done and 1 or 0, head.touched, head.total, head.first, head.age)
end

local function write_head(session, stream, head)
  redis.call('HSET', session, 'h:' .. stream, pack_head(head))
end

local function parse_head(text)
  local last, fence, held, done, touched, total, first, age =
    string.match(text, '^(%d+%-%d+) (%d+) (%d) (%d) (%d+) (%d+) (%d+) (%d+)$')
  if not last then return nil end
  return {
    last = last, fence = tonumber(fence), held = held == '1', done = done == '1', touched = tonumber(touched),
    total = tonumber(total), first = tonumber(first), age = tonumber(age),
  }
end

-- Whether a stream has expired: it is finished and its response has expired, or it was left unfinished. A reader
-- touches its stream with its self-checks. A reader that was killed cannot release its claim, so even a held stream
-- expires.
local function is_expired(stream, head, now, result_ttl)
  if stream == 'g' then return false end
  local idle = now - head.touched
  if head.held and not head.done then return idle >= math.max(result_ttl, 60000) end
  return idle >= result_ttl
end

local function forget_stream(session, logs, results, stream)
  -- First, as this fails while the slot of a cluster is moving to another node: nothing has changed then.
  redis.call('DEL', logs .. stream, results .. stream)
  redis.call('HDEL', session, 'h:' .. stream, 'q:' .. stream, 'w:' .. stream)
  redis.call('HINCRBY', session, 'n', -1)
end

-- Returns the head in the text of its field, or nil if there is none or the stream has expired.
local function live_head(session, logs, results, stream, now, result_ttl, text)
  local head = text and parse_head(text)
  if not head then return nil end
  if not is_expired(stream, head, now, result_ttl) then return head end
  forget_stream(session, logs, results, stream)
  return nil
end

local function load_head(session, logs, results, stream, now, result_ttl)
  return live_head(session, logs, results, stream, now, result_ttl, redis.call('HGET', session, 'h:' .. stream))
end

-- Forgets expired streams, or else the oldest finished one; returns whether there is room now. An unfinished stream is
-- never forgotten for another one, because its reader could not know that it lost something.
local function make_room(session, logs, results, now, result_ttl)
  local fields = redis.call('HGETALL', session)
  local oldest, oldest_age, forgotten
  for i = 1, #fields, 2 do
    local stream = string.match(fields[i], '^h:(.+)$')
    local head = stream and stream ~= 'g' and parse_head(fields[i + 1])
    if head then
      if is_expired(stream, head, now, result_ttl) then
        forget_stream(session, logs, results, stream)
        forgotten = true
      elseif head.done and (not oldest_age or head.age < oldest_age) then
        oldest, oldest_age = stream, head.age
      end
    end
  end
  if forgotten then return true end
  if not oldest then return false end
  forget_stream(session, logs, results, oldest)
  return true
end

-- Returns the head of a stream that begins now, or nil if that is one stream too many. The caller writes the head.
local function create_head(session, logs, results, stream, now, result_ttl, max_streams)
  if stream ~= 'g' then
    local count = tonumber(redis.call('HGET', session, 'n') or '0')
    if count >= max_streams and not make_room(session, logs, results, now, result_ttl) then return nil end
    redis.call('HINCRBY', session, 'n', 1)
  end
  local age = redis.call('HINCRBY', session, 'm', 1)
  return { last = '0-0', fence = 0, held = false, done = false, touched = now, total = 0, first = 0, age = age }
end
