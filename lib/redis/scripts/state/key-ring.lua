-- Agrees on the keys that seal request states: the first instance provides the first key, and old keys get a successor.
--
-- Input:
--   KEYS[1]  ring: one key per line as "creation-time key", newest first
--   ARGV[1]  a new key, in case one is needed
--   ARGV[2]  age at which a key gets a successor, ms
--   ARGV[3]  age at which a key is dropped, ms
--   ARGV[4]  TTL of the ring, ms
--
-- Output:
--   the ring
--- @include "../includes/clock"
local ring_key, new_key, rotate_age, drop_age, ttl = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local now = clock()
local lines, newest = {}, nil
for created_at, key in string.gmatch(redis.call('GET', ring_key) or '', '(%d+) (%S+)\n') do
  newest = newest or tonumber(created_at)
  if now - tonumber(created_at) < drop_age then lines[#lines + 1] = created_at .. ' ' .. key end
end
if not newest or now - newest >= rotate_age then
  table.insert(lines, 1, text_of(now) .. ' ' .. new_key)
end
local ring = table.concat(lines, '\n') .. '\n'
redis.call('SET', ring_key, ring, 'PX', ttl)
return ring
