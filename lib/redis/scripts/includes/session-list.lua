-- A list of sessions: a sorted set of sessions by expiry.
--
-- Lists are hints: readers check for each session whether it still exists.
--- @include "clock"

-- Whether a list has no place for another session. A limit of 0 is none.
local function is_full(list, session, limit)
  if limit == 0 or redis.call('ZCOUNT', list, '(' .. text_of(clock()), '+inf') < limit then return false end
  return not redis.call('ZSCORE', list, session)
end

-- Adds a session to a list, or keeps it there, for ttl ms. Expired sessions stay on the list for `kept` ms, for who wants
-- to know of them.
local function list_session(list, session, ttl, kept)
  local now = clock()
  redis.call('ZREMRANGEBYSCORE', list, '-inf', text_of(now - kept))
  redis.call('ZADD', list, text_of(now + ttl), session)
  -- A session that was just created has a short place; the list lives as long as the longest of them.
  if redis.call('PTTL', list) < ttl + kept then redis.call('PEXPIRE', list, text_of(ttl + kept)) end
end
