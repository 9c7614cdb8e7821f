-- Returns who has answered a signal and what, and who has not: pairs of a name and the answer, or
-- nothing. No pairs if the signal is not known, or not any more.
-- KEYS: log, responders, removed, where its answers are kept
-- ARGV: id of the signal, id of its entry
local found = {}
local millis, number = string.match(ARGV[2], '^(%d+)-(%d+)$')
millis, number = tonumber(millis), tonumber(number)

local function isBefore(other)
  local otherMillis, otherNumber = string.match(other, '^(%d+)-(%d+)$')
  otherMillis = tonumber(otherMillis)
  return otherMillis < millis or (otherMillis == millis and tonumber(otherNumber) < number)
end

local answered, known = false, {}
local function add(name, awaited)
  local answer = redis.call('HGET', KEYS[4], ARGV[1] .. ' ' .. name)
  answered = answered or answer
  if not known[name] and (answer or awaited) then
    known[name] = true
    found[#found + 1] = name
    found[#found + 1] = answer or ''
  end
end

local responders = redis.call('HGETALL', KEYS[2])
for i = 1, #responders, 2 do
  add(responders[i], isBefore(responders[i + 1]))
end
for _, name in ipairs(redis.call('HKEYS', KEYS[3])) do
  add(name, false)
end
if not answered and #redis.call('XRANGE', KEYS[1], ARGV[2], ARGV[2]) == 0 then
  return {}
end
return found
