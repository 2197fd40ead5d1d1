--- @include "clock"
-- In front of every script that knows streams.
--
-- The head of a stream is a field of its session's hash, so it lives exactly as long as the session and outlives the
-- entries: if the newest id went with them, a quiet stream would start again at 0-0 and every reader had a false gap.
--
-- h:<stream>  last fence held done touched total first age
--   total: bytes ever appended; first: how many of them were appended before the oldest entry, as far as is known
-- w:<stream>  who owes answers on it: instance and the JSON of the requests' ids, until the final message
-- q:<stream>  one line per producer, the newest first: producer counter listening id,id,…
-- n           how many streams there are beside the standing one
-- m           numbers the streams in the order in which they began

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

-- Finished and its answer expired, or left alone unfinished. A reader touches its stream at each self-check; one that was
-- killed cannot let go, so even a held stream is given up in the end.
local function is_over(stream, head, now, result_ttl)
  if stream == 'g' then return false end
  local idle = now - head.touched
  if head.held and not head.done then return idle >= math.max(result_ttl, 60000) end
  return idle >= result_ttl
end

local function forget(session, logs, results, stream)
  redis.call('HDEL', session, 'h:' .. stream, 'q:' .. stream, 'w:' .. stream)
  redis.call('DEL', logs .. stream, results .. stream)
  redis.call('HINCRBY', session, 'n', -1)
end

-- The head in the field's text, unless the stream is to be forgotten by now.
local function known(session, logs, results, stream, now, result_ttl, text)
  local head = text and parse_head(text)
  if not head then return nil end
  if not is_over(stream, head, now, result_ttl) then return head end
  forget(session, logs, results, stream)
  return nil
end

local function existing(session, logs, results, stream, now, result_ttl)
  return known(session, logs, results, stream, now, result_ttl, redis.call('HGET', session, 'h:' .. stream))
end

-- An unfinished stream is never given up for another one: its reader could not tell that it lost something.
local function make_room(session, logs, results, now, result_ttl)
  local fields = redis.call('HGETALL', session)
  local oldest, age, forgotten
  for i = 1, #fields, 2 do
    local stream = string.match(fields[i], '^h:(.+)$')
    local head = stream and stream ~= 'g' and parse_head(fields[i + 1])
    if head then
      if is_over(stream, head, now, result_ttl) then
        forget(session, logs, results, stream)
        forgotten = true
      elseif head.done and (not age or head.age < age) then
        oldest, age = stream, head.age
      end
    end
  end
  if forgotten then return true end
  if not oldest then return false end
  forget(session, logs, results, oldest)
  return true
end

-- The head of a stream that begins now, or nil when it is one too many. Not written yet.
local function begin(session, logs, results, stream, now, result_ttl, max_streams)
  if stream ~= 'g' then
    local count = tonumber(redis.call('HGET', session, 'n') or '0')
    if count >= max_streams and not make_room(session, logs, results, now, result_ttl) then return nil end
    redis.call('HINCRBY', session, 'n', 1)
  end
  local age = redis.call('HINCRBY', session, 'm', 1)
  return { last = '0-0', fence = 0, held = false, done = false, touched = now, total = 0, first = 0, age = age }
end
