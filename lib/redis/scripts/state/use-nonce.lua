-- Uses something up.
--
-- KEYS 1  what
-- ARGV 1  who   2 for how long it is remembered, ms
--
-- returns 1 for the first; to its repetitions, too, after an answer that was lost
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return redis.call('GET', KEYS[1]) == ARGV[1] and 1 or 0
