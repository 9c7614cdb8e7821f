-- Returns dead letters, the earliest first.
-- KEYS: dead letters
-- ARGV: the number to return at most, the field of the only one to return
-- Returns how many there are; their fields; and the dead letters in the same order.
local fields = ARGV[2] and {ARGV[2]} or call('HKEYS', KEYS[1])
table.sort(fields, isBefore)
local total = #fields
local names, letters = {}, {}
for i = 1, math.min(total, tonumber(ARGV[1])) do
  local letter = call('HGET', KEYS[1], fields[i])
  if letter then
    names[#names + 1] = fields[i]
    letters[#letters + 1] = letter
  end
end
return {total, names, letters}
