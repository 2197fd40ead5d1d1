-- On a cluster, fails if keys that the script does not declare are elsewhere just now. Here all keys are.
local function require_keys() end
