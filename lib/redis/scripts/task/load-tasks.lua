-- Reads several tasks.
--
-- Input:
--   KEYS[1], KEYS[2], …  tasks
--   ARGV[1]                characters of fields and values after which no further task is read, so that a reply is not too large
--
-- Output:
--   for the first of the tasks, at least one: false if the task is unknown, else the reply of includes/task
--- @include "../includes/task"
local now = clock()
local replies = {}
local size = 0
for index, task in ipairs(KEYS) do
  local found = false
  -- A key of another type, which nobody of us wrote, is an error here, and an unknown task.
  if type(redis.pcall('HGET', task, 's')) == 'string' then
    found = reply(task, now, false)
    for _, text in ipairs(found[3]) do size = size + #text end
  end
  replies[index] = found
  if size >= tonumber(ARGV[1]) then break end
end
return replies
