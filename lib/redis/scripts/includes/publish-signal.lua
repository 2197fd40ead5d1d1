-- Publishes in the packet form of Nest's Redis transport, so that one receiving path serves scripts, instances and
-- other programs. Returns how many subscribers received it.
local function publish_signal(channel, signal)
  return redis.call('PUBLISH', channel,
    '{"pattern":' .. cjson.encode(channel) .. ',"data":' .. cjson.encode(signal) .. '}')
end
