-- Agrees on the keys that seal request states: the first instance's are everybody's; a key that is old gets a successor.
--
-- KEYS 1  ring, one key per line as "made key", the newest first
-- ARGV 1  a key, should one be needed   2 age at which a key gets a successor, ms
--      3  age at which a key is dropped, ms   4 how long the ring is kept unused, ms
--
-- returns the ring
--- @include "../includes/clock"
local now = clock()
local lines, newest = {}, nil
for made, key in string.gmatch(redis.call('GET', KEYS[1]) or '', '(%d+) (%S+)\n') do
  newest = newest or tonumber(made)
  if now - tonumber(made) < tonumber(ARGV[3]) then lines[#lines + 1] = made .. ' ' .. key end
end
if not newest or now - newest >= tonumber(ARGV[2]) then
  table.insert(lines, 1, text_of(now) .. ' ' .. ARGV[1])
end
local ring = table.concat(lines, '\n') .. '\n'
redis.call('SET', KEYS[1], ring, 'PX', ARGV[4])
return ring
