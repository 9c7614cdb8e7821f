-- Returns dead letters, the earliest first.
-- KEYS: dead letters
-- ARGV: the number to return at most
-- Returns how many there are; their fields; and the dead letters in the same order.
local fields = call('HKEYS', KEYS[1])
table.sort(fields, isBefore)
local total = #fields
local names, letters = {}, {}
for i = 1, math.min(total, tonumber(ARGV[1])) do
  names[i] = fields[i]
  letters[i] = call('HGET', KEYS[1], fields[i])
end
return {total, names, letters}
