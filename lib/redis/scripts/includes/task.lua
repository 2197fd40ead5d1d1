-- The hash of a task, shared by all scripts that work with tasks.
--
-- A task is one hash, so it expires as a whole. Scripts treat JSON as text: Lua cannot distinguish {} from [].
--
-- Fields of the task's hash:
--   o         the spec of the task, without its arguments and its checkpoint
--   g         the arguments, until the task ends
--   s m       status, status message
--   r e       result, error
--   c u v     created at, updated at, version
--   f l       fence, and until when the run with that fence is leased; l is removed when the task ends
--   w         token of the call that began the current run
--   t         tokens of the calls that changed the task last, newest first, one per line
--   n         number of questions ever asked
--   q:<key>   an outstanding question: number question
--   a:<key>   an answer to a question of this run
--   ka:<key>  checkpoint: an accepted answer, which another run need not ask for again
--   b         bytes of the checkpoint
--   ks:<key>  checkpoint: the result of a step, which another run need not repeat
--- @include "clock"

local function is_open(status) return status == 'working' or status == 'input_required' end

-- Returns {1 if this call changed the task, 1 if the task is orphaned, {field, value, …}}.
local function reply(task, now, moved)
  local state = redis.call('HMGET', task, 's', 'l')
  local orphaned = is_open(state[1]) and tonumber(state[2] or '0') <= now
  return { moved and 1 or 0, orphaned and 1 or 0, redis.call('HGETALL', task) }
end

-- Whether this call was already executed: a command is sent again when its reply was lost. It must not be executed
-- twice, because much may have happened since, and its caller must not be told that somebody else was faster.
local function is_repetition(task, token)
  return string.find(redis.call('HGET', task, 't') or '', token .. '\n', 1, true) ~= nil
end

-- Records a change that clients can see.
local function record_change(task, token, now)
  local tokens = token .. '\n' .. (redis.call('HGET', task, 't') or '')
  redis.call('HSET', task, 'u', text_of(now), 't', string.sub(tokens, 1, 16 * (#token + 1)))
  redis.call('HINCRBY', task, 'v', 1)
end

local function drop_questions(task)
  for _, field in ipairs(redis.call('HKEYS', task)) do
    if string.find(field, '^[qa]:') then redis.call('HDEL', task, field) end
  end
end

-- Sets the pairs of field and value in ARGV from an index on, and counts those of the checkpoint.
local function set_inputs(task, first)
  local change = 0
  for i = first, #ARGV, 2 do
    if string.find(ARGV[i], '^k') then change = change + #ARGV[i + 1] - #(redis.call('HGET', task, ARGV[i]) or '') end
    redis.call('HSET', task, ARGV[i], ARGV[i + 1])
  end
  if change ~= 0 then redis.call('HINCRBY', task, 'b', change) end
end

-- Nothing runs an ended task again: what it was called with and what a next run would need is no longer needed.
local function drop_inputs(task)
  redis.call('HDEL', task, 'g', 'b')
  for _, field in ipairs(redis.call('HKEYS', task)) do
    if string.find(field, '^k[as]:') then redis.call('HDEL', task, field) end
  end
end

-- Whether this is the current run of the task, and the task is open.
local function is_current_run(task, fence)
  local state = redis.call('HMGET', task, 's', 'f')
  return is_open(state[1]) and state[2] == fence
end
