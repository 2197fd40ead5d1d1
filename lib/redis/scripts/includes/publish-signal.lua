-- Publishes a signal in the packet format of Nest's Redis transport, so that one receiver serves scripts, instances and
-- other programs. Returns the number of subscribers that received it.
local function publish_signal(channel, signal)
  return redis.call('PUBLISH', channel,
    '{"pattern":' .. cjson.encode(channel) .. ',"data":' .. cjson.encode(signal) .. '}')
end
