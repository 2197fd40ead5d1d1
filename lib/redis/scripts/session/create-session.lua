-- Begins a session.
--
-- KEYS 1  session
-- ARGV 1  record   2 '1' if initialized   3 log level or ''   4 idle TTL, ms
--
-- returns 1, or 0 when another one has this key; a repetition of the same call is no other one
if redis.call('HSETNX', KEYS[1], 'r', ARGV[1]) == 0 then
  return redis.call('HGET', KEYS[1], 'r') == ARGV[1] and 1 or 0
end
redis.call('HSET', KEYS[1], 'i', ARGV[2], 'l', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
