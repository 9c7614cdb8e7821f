-- Returns the names of the responders that signals are kept for, and of those that were removed.
-- KEYS: responders, removed
local removed = {}
for _, name in ipairs(redis.call('HKEYS', KEYS[2])) do
  if redis.call('HEXISTS', KEYS[1], name) == 0 then
    removed[#removed + 1] = name
  end
end
return {redis.call('HKEYS', KEYS[1]), removed}
