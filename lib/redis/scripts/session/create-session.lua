-- Creates a session.
--
-- Input:
--   KEYS[1]  session
--   ARGV[1]  record
--   ARGV[2]  '1' if initialized
--   ARGV[3]  log level, or ''
--   ARGV[4]  idle TTL, ms
--   ARGV[5]  whose share its streams count for
--
-- Output:
--   1, or 0 if another session has this key; a repetition of the same call succeeds
local session, record, initialized, level, ttl = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if redis.call('HSETNX', session, 'r', record) == 0 then
  return redis.call('HGET', session, 'r') == record and 1 or 0
end
redis.call('HSET', session, 'i', initialized, 'l', level, 'k', ARGV[5])
redis.call('PEXPIRE', session, ttl)
return 1
