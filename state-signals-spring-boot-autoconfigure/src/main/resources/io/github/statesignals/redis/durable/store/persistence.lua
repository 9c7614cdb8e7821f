-- Returns how the node that stores a channel persists and evicts keys.
-- KEYS: log
-- Returns aof_enabled, maxmemory, maxmemory_policy and redis_version; each is empty if Redis does not report it.
local function field(info, name)
  return string.match(info, '\n' .. name .. ':([^\r\n]*)') or ''
end

local memory = call('INFO', 'memory')
return {field(call('INFO', 'persistence'), 'aof_enabled'), field(memory, 'maxmemory'), field(memory, 'maxmemory_policy'),
  field(call('INFO', 'server'), 'redis_version')}
