-- Changes the account of what is stored, and reads it.
--
-- Input:
--   KEYS[1]  amounts
--   KEYS[2]  expiry
--   KEYS[3]  clients
--   ARGV[1]  number n of items
--   ARGV[2…] n times: item, client or '' if it is not known, bytes, when it had this amount, TTL in ms; then the clients
--            whose sums are asked for. 0 bytes: the item is gone; -1: it
--            expires earlier than it would have.
--
-- Output:
--   {bytes of all clients, bytes of the client that has most, bytes of each client asked for, …}
--- @include "../includes/account"
local amounts, expiry, clients, count, now = KEYS[1], KEYS[2], KEYS[3], tonumber(ARGV[1]), clock()
sweep(amounts, expiry, clients, now)
local longest = 0
for i = 2, 5 * count, 5 do
  local item, client, bytes, at, ttl = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3]), tonumber(ARGV[i + 4])
  if bytes == 0 then
    remove_amount(amounts, expiry, clients, item)
  elseif bytes < 0 then
    shorten(expiry, item, now + ttl)
  else
    set_amount(amounts, expiry, clients, item, client, bytes, at, now + ttl)
    longest = math.max(longest, ttl)
  end
end
if longest > 0 and redis.call('PTTL', amounts) < longest then
  for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, text_of(longest)) end
end
local largest = redis.call('ZRANGE', clients, -1, -1, 'WITHSCORES')
local figures = { redis.call('HGET', amounts, '') or '0', largest[2] or '0' }
for i = 2 + 5 * count, #ARGV do figures[#figures + 1] = redis.call('ZSCORE', clients, ARGV[i]) or '0' end
return figures
