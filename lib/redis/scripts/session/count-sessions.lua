-- Counts the sessions on a list. Sessions that have expired may still be on it, and do not count.
--
-- Input:
--   KEYS[1]  list
--
-- Output:
--   their number
--- @include "../includes/clock"
return redis.call('ZCOUNT', KEYS[1], '(' .. text_of(clock()), '+inf')
