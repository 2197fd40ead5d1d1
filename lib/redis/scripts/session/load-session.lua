-- Reads a session and slides its idle TTL; written at most once per twentieth of it, not by each request (P16).
--
-- KEYS 1  session   2 subscriptions
-- ARGV 1  idle TTL that must remain, ms   2 what it is set to when less remains
--
-- returns nil, or {record, initialized, level, 1 if it was slid}
local record = redis.call('HMGET', KEYS[1], 'r', 'i', 'l')
if not record[1] then return false end
record[4] = 0
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
  record[4] = 1
end
return record
