-- The account of what is stored for clients: amounts in bytes, each with the time at which what it counts expires.
--
-- Amounts are absolute, and whoever changes something states its new amount. So an amount that was lost or is wrong is
-- corrected by the next change, and whatever happens it leaves the account when the keys that it counts have expired.
--
-- The account has a hash slot of its own, so it does not change together with what it counts.
--
-- Its keys:
--   amounts  hash: an item and "bytes at client"; the sum of all amounts under ''
--   expiry   sorted set: the items by expiry
--   clients  sorted set: clients by the sum of their amounts
--- @include "clock"

local function parse_amount(text)
  local bytes, at, client = string.match(text or '', '^(%d+) (%d+) (.*)$')
  return tonumber(bytes or '0'), tonumber(at or '0'), client
end

local function change_sums(amounts, clients, client, change)
  if change == 0 then return end
  redis.call('HINCRBY', amounts, '', change)
  if tonumber(redis.call('ZADD', clients, 'INCR', change, client)) <= 0 then redis.call('ZREM', clients, client) end
end

local function remove_amount(amounts, expiry, clients, item)
  local bytes, _, client = parse_amount(redis.call('HGET', amounts, item))
  redis.call('HDEL', amounts, item)
  redis.call('ZREM', expiry, item)
  if client then change_sums(amounts, clients, client, -bytes) end
end

-- An amount that is older than the one that is known is ignored: instances report at different times.
local function set_amount(amounts, expiry, clients, item, client, bytes, at, expires)
  local old_bytes, old_at, old_client = parse_amount(redis.call('HGET', amounts, item))
  if old_client and at < old_at then return end
  if client == '' then client = old_client or '' end
  if old_client and old_client ~= client then
    change_sums(amounts, clients, old_client, -old_bytes)
    old_bytes = 0
  end
  redis.call('HSET', amounts, item, text_of(bytes) .. ' ' .. text_of(at) .. ' ' .. client)
  redis.call('ZADD', expiry, text_of(expires), item)
  change_sums(amounts, clients, client, bytes - old_bytes)
end

-- What an item counts expires earlier than it would have.
local function shorten(expiry, item, expires)
  redis.call('ZADD', expiry, 'XX', 'LT', text_of(expires), item)
end

local function sweep(amounts, expiry, clients, now)
  local expired = redis.call('ZRANGEBYSCORE', expiry, '-inf', text_of(now), 'LIMIT', 0, 500)
  for _, item in ipairs(expired) do remove_amount(amounts, expiry, clients, item) end
end
