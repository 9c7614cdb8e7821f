-- Returns the responders that signals are stored for.
-- KEYS: responders, removed
-- Returns their names, each with its field (see register.lua); the names of those that were removed.
-- The first pair has no name; its field is empty if Redis has lost them, or none was ever registered.
local removed = {}
for _, name in ipairs(call('HKEYS', KEYS[2])) do
  if call('HEXISTS', KEYS[1], name) == 0 then
    removed[#removed + 1] = name
  end
end
local named = {'', call('HGET', KEYS[1], '') or ''}
local fields = call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  if fields[i] ~= '' then
    named[#named + 1] = fields[i]
    named[#named + 1] = fields[i + 1]
  end
end
return {named, removed}
