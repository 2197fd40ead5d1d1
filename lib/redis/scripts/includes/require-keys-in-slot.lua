-- Fails if keys that the script does not declare are elsewhere just now, because their slot is moving to another node.
-- A script calls this before its first write, so that it can be repeated.
local function require_keys(...) redis.call('EXISTS', ...) end
