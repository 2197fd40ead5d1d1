-- Uses something that has limits, once or several times: as often as all of them allow.
--
-- A rate is the generic cell rate algorithm: the key holds the time at which all that was used has come back, in ms. A
-- limit on what is used at once is a lease in a sorted set, which expires unless its instance renews it.
--
-- Input:
--   KEYS[1], KEYS[3], …  rate of each limit
--   KEYS[2], KEYS[4], …  leases of each limit
--   ARGV[1]              TTL of a lease, ms
--   ARGV[2]              wait when too many are used at once, ms
--   ARGV[3], …           for each limit: uses in a window, or 0; the window, ms; uses at once, or 0
--   then                 ids of the uses, the first of which are granted
--
-- Output:
--   {number of granted uses, number of the limit that refuses the next, wait in ms}; the last two if it is not all of them
--- @include "../includes/clock"
local lease_ttl, busy_wait, now = tonumber(ARGV[1]), tonumber(ARGV[2]), clock()
local count = #KEYS / 2
local first_use = 3 * count + 3
local wanted = #ARGV - first_use + 1

local limits = {}
for i = 1, count do
  local limit, window, concurrent = tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2])
  local one = { rate = KEYS[2 * i - 1], leases = KEYS[2 * i], free = wanted }
  if limit > 0 then
    one.interval = window / limit
    one.full = math.max(tonumber(redis.call('GET', one.rate) or '0'), now)
    -- Sums of fractions are not exact.
    one.spare = now + window - one.full + math.min(0.5, one.interval / 100)
    one.free = math.max(0, math.floor(one.spare / one.interval))
  end
  if concurrent > 0 then
    redis.call('ZREMRANGEBYSCORE', one.leases, '-inf', text_of(now))
    -- A command is sent again when its reply was lost.
    if redis.call('ZSCORE', one.leases, ARGV[first_use]) then return { wanted } end
    one.is_held = true
    one.unused = concurrent - redis.call('ZCARD', one.leases)
    one.free = math.max(0, math.min(one.free, one.unused))
  end
  limits[i] = one
end

local granted = wanted
for _, one in ipairs(limits) do granted = math.min(granted, one.free) end

local refusing, longest = 0, 0
for i, one in ipairs(limits) do
  local wait = 0
  if one.interval then wait = math.ceil((granted + 1) * one.interval - one.spare) end
  if one.is_held and one.unused <= granted then wait = math.max(wait, busy_wait) end
  if wait > longest then refusing, longest = i, wait end
  if granted > 0 then
    if one.interval then
      local full = one.full + granted * one.interval
      redis.call('SET', one.rate, string.format('%.6f', full), 'PX', text_of(math.ceil(full - now)))
    end
    if one.is_held then
      for use = first_use, first_use + granted - 1 do
        redis.call('ZADD', one.leases, text_of(now + lease_ttl), ARGV[use])
      end
      redis.call('PEXPIRE', one.leases, text_of(lease_ttl))
    end
  end
end
if granted == wanted then return { granted } end
return { granted, refusing, longest }
