--- @include "clock"
-- In front of every script about tasks.
--
-- A task is one hash, so it expires as a whole. JSON stays text in here: a script could not tell {} from [].
--
-- o           order, without its checkpoint
-- s m         status, status message
-- r e         result, error
-- c u v       created at, updated at, version
-- f l         fence, until when the run of that fence is leased; l goes away with the end
-- w           who began that run: the token of that call
-- t           tokens of the calls that changed the task last, the newest first, one per line
-- n           how many questions were ever asked
-- q:<key>     an outstanding question as "number question"
-- a:<key>     an answer to a question of this run
-- ka:<key>    what a further run need not ask again
-- ks:<key>    what a further run need not do again

local function is_open(status) return status == 'working' or status == 'input_required' end

-- {1 if this call changed it, 1 if it is orphaned, its fields and values}
local function reply(task, now, moved)
  local seen = redis.call('HMGET', task, 's', 'l')
  local orphaned = is_open(seen[1]) and tonumber(seen[2] or '0') <= now
  return { moved and 1 or 0, orphaned and 1 or 0, redis.call('HGETALL', task) }
end

-- A command whose answer was lost is sent again. It must not be done again, as much may have happened meanwhile, nor be
-- told that somebody else was faster.
local function is_repetition(task, token)
  return string.find(redis.call('HGET', task, 't') or '', token .. '\n', 1, true) ~= nil
end

-- A change that clients see.
local function changed(task, token, now)
  local tokens = token .. '\n' .. (redis.call('HGET', task, 't') or '')
  redis.call('HSET', task, 'u', text_of(now), 't', string.sub(tokens, 1, 16 * (#token + 1)))
  redis.call('HINCRBY', task, 'v', 1)
end

local function drop_questions(task)
  for _, field in ipairs(redis.call('HKEYS', task)) do
    if string.find(field, '^[qa]:') then redis.call('HDEL', task, field) end
  end
end

-- Whether this run of the task is the current one and still on.
local function is_run(task, fence)
  local seen = redis.call('HMGET', task, 's', 'f')
  return is_open(seen[1]) and seen[2] == fence
end
