-- The hash of a session, besides its streams.
--
-- Fields of the session's hash:
--   r  the part of the record that never changes
--   i  1 once the session is initialized
--   l  log level, or ''
--   k  whose share its streams count for
--   b  bytes of its subscriptions

-- Returns whether the session was created; it was, if this is a repetition of the same call.
local function create_session(session, record, initialized, level, ttl, client)
  if redis.call('HSETNX', session, 'r', record) == 0 then return redis.call('HGET', session, 'r') == record end
  redis.call('HSET', session, 'i', initialized, 'l', level, 'k', client)
  redis.call('PEXPIRE', session, ttl)
  return true
end

-- Extends the idle TTL of a session, at most once per twentieth of it and not with each request (P16). Returns whether
-- it was extended.
local function extend_session(session, subscriptions, min_ttl, new_ttl)
  if redis.call('PTTL', session) >= min_ttl then return false end
  redis.call('PEXPIRE', session, new_ttl)
  redis.call('PEXPIRE', subscriptions, new_ttl)
  return true
end
