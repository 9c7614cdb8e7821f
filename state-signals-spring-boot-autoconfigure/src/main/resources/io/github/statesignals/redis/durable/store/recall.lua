-- Returns answers that are stored.
-- KEYS: where each of them is stored
-- ARGV: its field there
-- Returns the answers; an empty one if there is none.
local found = {}
for i, key in ipairs(KEYS) do
  found[i] = answerOf(key, ARGV[i]) or ''
end
return found
