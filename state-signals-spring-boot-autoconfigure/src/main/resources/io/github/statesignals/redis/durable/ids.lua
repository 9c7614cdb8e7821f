-- Shared by other scripts, which begin with it.

-- Whether an entry's id is before another one. What is before or after them is ignored.
local function isBefore(one, other)
  local millis, number = string.match(one, '(%d+)-(%d+)')
  local otherMillis, otherNumber = string.match(other, '(%d+)-(%d+)')
  millis, otherMillis = tonumber(millis), tonumber(otherMillis)
  return millis < otherMillis or (millis == otherMillis and tonumber(number) < tonumber(otherNumber))
end

-- The time in milliseconds, by the clock that ids are made with.
local function currentMillis()
  local time = call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
