-- Redis's own clock, in milliseconds since 1970. The clock of an instance decides nothing (P11).
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Formats a number for Redis: without an exponent and without decimals.
local function text_of(number) return string.format('%.0f', number) end
