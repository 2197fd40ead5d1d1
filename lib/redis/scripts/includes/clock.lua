-- Redis's own clock, in milliseconds since 1970. No instance's clock decides anything (P11).
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- A number as Redis takes it: without an exponent and without decimals.
local function text_of(number) return string.format('%.0f', number) end
