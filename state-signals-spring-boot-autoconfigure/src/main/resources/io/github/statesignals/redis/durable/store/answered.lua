-- Returns which of some signals were dealt with: their numbers, from 1 on.
-- KEYS: where the answers to each of them are stored
-- ARGV: the field of each of them there
local found = {}
for i, key in ipairs(KEYS) do
  if answerOf(key, ARGV[i]) then
    found[#found + 1] = i
  end
end
return found
