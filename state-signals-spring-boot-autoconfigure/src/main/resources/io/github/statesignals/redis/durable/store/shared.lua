-- Shared by other scripts, which begin with it.

-- Whether an entry's id is before another one. Text before or after them is ignored; a text without an
-- id, which another client has written, is before all.
local function isBefore(one, other)
  local millis, number = string.match(one, '(%d+)-(%d+)')
  local otherMillis, otherNumber = string.match(other, '(%d+)-(%d+)')
  millis, otherMillis = tonumber(millis or 0), tonumber(otherMillis or 0)
  return millis < otherMillis or (millis == otherMillis and tonumber(number or 0) < tonumber(otherNumber or 0))
end

-- The time in milliseconds, by the clock that ids are made with.
local function currentMillis()
  local time = call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- The values of a reply by their names, which alternate, from a place on.
local function pairsOf(reply, first)
  local fields = {}
  for i = first or 1, #reply, 2 do
    fields[reply[i]] = reply[i + 1]
  end
  return fields
end
