-- Registers a request to a client, before it is sent.
--
-- KEYS 1  request
-- ARGV 1  channel of its waiter   2 how long it is kept, ms
redis.call('HSET', KEYS[1], 'w', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
