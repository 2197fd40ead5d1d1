-- Uses something that has limits: all of them allow it, or nothing is counted.
--
-- A rate is the generic cell rate algorithm: the key holds the time at which all that was used has come back, in ms. A
-- limit on what is used at once is a lease in a sorted set, which expires unless its instance renews it.
--
-- Input:
--   KEYS[2i-1]  rate of the limit i
--   KEYS[2i]    leases of the limit i
--   ARGV[1]     id of this use
--   ARGV[2]     TTL of a lease, ms
--   ARGV[3]     wait when too many are used at once, ms
--   ARGV[3i+1…] for each limit: uses in a window, or 0; the window, ms; uses at once, or 0
--
-- Output:
--   {} if it may be used; otherwise {number of the limit, wait in ms}, of the limit with the longest wait
--- @include "../includes/clock"
local use, lease_ttl, busy_wait, now = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), clock()
local count = #KEYS / 2

local function limit_of(i)
  return KEYS[2 * i - 1], KEYS[2 * i], tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2]), tonumber(ARGV[3 * i + 3])
end

local function full_at(rate) return math.max(tonumber(redis.call('GET', rate) or '0'), now) end

local refused, longest = 0, 0
for i = 1, count do
  local rate, leases, limit, window, concurrent = limit_of(i)
  local wait = 0
  if limit > 0 then wait = math.ceil(full_at(rate) + window / limit - window - now) end
  if concurrent > 0 then
    redis.call('ZREMRANGEBYSCORE', leases, '-inf', text_of(now))
    -- A command is sent again when its reply was lost.
    if redis.call('ZSCORE', leases, use) then return {} end
    if redis.call('ZCARD', leases) >= concurrent then wait = math.max(wait, busy_wait) end
  end
  if wait > longest then refused, longest = i, wait end
end
if refused > 0 then return { refused, longest } end

for i = 1, count do
  local rate, leases, limit, window, concurrent = limit_of(i)
  if limit > 0 then
    local full = full_at(rate) + window / limit
    redis.call('SET', rate, string.format('%.3f', full), 'PX', text_of(math.ceil(full - now)))
  end
  if concurrent > 0 then
    redis.call('ZADD', leases, text_of(now + lease_ttl), use)
    redis.call('PEXPIRE', leases, text_of(lease_ttl))
  end
end
return {}
