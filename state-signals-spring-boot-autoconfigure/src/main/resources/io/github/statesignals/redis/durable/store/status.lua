-- Returns the answers to a signal, and the responders that have not answered it.
-- KEYS: log, responders, removed, where its answers are stored
-- ARGV: id of the signal, id of its entry
-- Returns nothing if the signal is not known, or not any more. Else 1 if it is known for which
-- responders it was stored, or 0; and for each of these its name, '+' and the answer; or '-' if it has
-- not answered, 'x' if it was removed before it did; and an empty answer.
local answered, known, found = false, 1, {}

local function add(name, state, answer)
  found[#found + 1] = name
  found[#found + 1] = state
  found[#found + 1] = answer
end

local function answer(name)
  local answer = answerOf(KEYS[4], ARGV[1] .. ' ' .. name)
  answered = answered or answer
  return answer ~= '' and answer or nil
end

local fields = call('HGETALL', KEYS[2])
local registered, begin = {}, nil
for i = 1, #fields, 2 do
  local name, field = fields[i], fields[i + 1]
  if name == '' then
    begin = field
  else
    registered[name] = field
  end
end
-- None was registered then, or Redis does not know any more which were.
if not begin or (string.sub(begin, 1, 1) == '?' and not isBefore(begin, ARGV[2])) then
  known = 0
end
for name, field in pairs(registered) do
  local given = answer(name)
  if given then
    add(name, '+', given)
  elseif isBefore(field, ARGV[2]) then
    add(name, '-', '')
  elseif string.sub(field, 1, 1) == '?' then
    known = 0
  end
end
local removed = call('HGETALL', KEYS[3])
for i = 1, #removed, 2 do
  local name = removed[i]
  local field = registered[name]
  if not field or not isBefore(field, ARGV[2]) then
    local given = answer(name)
    if given and not field then
      add(name, '+', given)
    elseif not given and isBefore(removed[i + 1], ARGV[2]) then
      add(name, 'x', '')
    end
  end
end
if not answered and #call('XRANGE', KEYS[1], ARGV[2], ARGV[2]) == 0 then
  return {}
end
return {known, found}
