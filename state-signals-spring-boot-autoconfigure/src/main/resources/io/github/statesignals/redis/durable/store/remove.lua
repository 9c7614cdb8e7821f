-- Stores no more signals for a responder. Its answers stay for their time.
-- KEYS: log, responders, removed, dropped, reader, lease
-- ARGV: responder
-- Returns 1 if any signals were stored, else 0.

-- The number of signals that it misses. A responder that runs finishes those that were delivered.
local function missed(groups)
  for _, group in ipairs(groups) do
    local fields = pairsOf(group)
    if fields['name'] == ARGV[1] then
      local number = call('GET', KEYS[6]) and 0 or fields['pending']
      for _, entry in ipairs(call('XRANGE', KEYS[1], '(' .. fields['last-delivered-id'], '+', 'COUNT', 100)) do
        local stored = pairsOf(entry[2])
        if not stored['responder'] or stored['responder'] == ARGV[1] then
          local _, lines = string.gsub(stored['signals'] or entry[2][2], '[^\n]+', '')
          number = number + lines
        end
      end
      return number
    end
  end
  return 0
end

local groups = attempt('XINFO', 'GROUPS', KEYS[1])
local number = groups.err and 0 or missed(groups)
local destroyed = attempt('XGROUP', 'DESTROY', KEYS[1], ARGV[1])
call('DEL', KEYS[4], KEYS[5])
if number > 0 then
  -- It learns of them if it is connected, or connects again.
  call('HSET', KEYS[4], '', number)
end
local field = call('HGET', KEYS[2], ARGV[1])
if not field and destroyed ~= 1 then
  return {0}
end
call('HSETNX', KEYS[3], ARGV[1], field or '0-0')
call('HDEL', KEYS[2], ARGV[1])
return {1}
