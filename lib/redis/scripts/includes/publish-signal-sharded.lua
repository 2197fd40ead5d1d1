-- What `publish-signal` does, on a cluster. A channel with a hash tag belongs to the keys with that tag: its message
-- reaches the node of these keys only, unless Redis is older than 7 or its user lacks the right.
local function publish_signal(channel, signal)
  local packet = '{"pattern":' .. cjson.encode(channel) .. ',"data":' .. cjson.encode(signal) .. '}'
  if string.find(channel, '{', 1, true) then
    local receivers = redis.pcall('SPUBLISH', channel, packet)
    if type(receivers) == 'number' then return receivers end
  end
  return redis.call('PUBLISH', channel, packet)
end
