-- Registers responders, so that signals are stored for them, and restores what Redis has lost of them.
-- A responder that is registered has a consumer group, and a field: the id of the last entry that is
-- not stored for it, with a '?' before it if that is not certain for those up to it; and, if the group
-- was lost, the last entry of the log when it was created again: up to it some may be answered.
-- The field without a name has the id of the last entry of which it is not known for which responders
-- it was stored: all of them were lost then ('?'), or none was registered yet.
-- KEYS: log, responders, removed, latest
-- ARGV: 1 if those that were removed stay so, else 0; milliseconds that the restoring of all of them
--       takes; the signals for a new responder: new, latest or all; milliseconds to store the latest;
--       pairs of a responder and its field as it was known to the caller, empty if it was not
-- Returns for each of them: 0 if it was registered, 1 if it is new, 2 if its group was lost, 3 if only
-- its field was; and its field.
local begin = call('HGET', KEYS[2], '')
local last

local function lastId()
  if not last then
    last = '0-0'
    local info = attempt('XINFO', 'STREAM', KEYS[1])
    for i = 1, info.err and 0 or #info, 2 do
      if info[i] == 'last-generated-id' then
        last = info[i + 1]
      end
    end
  end
  return last
end

local function hasGroup(name)
  return not attempt('XPENDING', KEYS[1], name).err
end

local function isCertain(field)
  return field ~= '' and string.sub(field, 1, 1) ~= '?'
end

local function createGroup(name, id)
  call('XGROUP', 'CREATE', KEYS[1], name, id, 'MKSTREAM')
end

local function isRead(group)
  for _, consumer in ipairs(call('XINFO', 'CONSUMERS', KEYS[1], group)) do
    if consumer[2] == 'active' then
      return true
    end
  end
  return false
end

-- Without the fields, the groups show for which responders signals are stored.
local function adoptGroups()
  local adopted = false
  local groups = attempt('XINFO', 'GROUPS', KEYS[1])
  for i = 1, groups.err and 0 or #groups do
    local name = groups[i][2]
    if call('HEXISTS', KEYS[2], name) == 0 and isRead(name) then
      call('HSET', KEYS[2], name, '?' .. lastId())
      adopted = true
    end
  end
  return adopted
end

local function isLost()
  for i = 5, #ARGV, 2 do
    if ARGV[i + 1] ~= '' and call('HEXISTS', KEYS[2], ARGV[i]) == 0
        and (hasGroup(ARGV[i]) or call('HEXISTS', KEYS[3], ARGV[i]) == 0) then
      return true
    end
  end
  return false
end

local function latest()
  local signals, texts = {}, {}
  local fields = call('HGETALL', KEYS[4])
  local oldest = string.format('%.0f-0', math.max(currentMillis() - tonumber(ARGV[4]), 0))
  for i = 2, #fields, 2 do
    local id, line = string.match(fields[i], '^(%d+%-%d+%.%d+) (.*)$')
    if id and not isBefore(id, oldest) then
      signals[#signals + 1] = id
      texts[id] = line
    end
  end
  table.sort(signals, function(one, other)
    if isBefore(one, other) or isBefore(other, one) then
      return isBefore(one, other)
    end
    return tonumber(string.match(one, '%d+$')) < tonumber(string.match(other, '%d+$'))
  end)
  return signals, texts
end

-- Stores the last signals again, for one responder alone, in entries of the usual size.
local function addLatest(name)
  local signals, texts = latest()
  local lines, bytes = {}, 0
  for i, id in ipairs(signals) do
    lines[#lines + 1] = texts[id]
    bytes = bytes + #texts[id]
    if i == #signals or #lines == 256 or bytes > 1000000 then
      call('XADD', KEYS[1], '*', 'signals', table.concat(lines, '\n'), 'responder', name)
      lines, bytes = {}, 0
    end
  end
end

local function register(name, known)
  local field = call('HGET', KEYS[2], name)
  local group = hasGroup(name)
  if field and group and (isCertain(field) or not isCertain(known)) then
    -- Without a write, which a full Redis would refuse.
    return 0, field
  end
  local removed = not field and call('HEXISTS', KEYS[3], name) == 1
  local state
  if group then
    state = field and 0 or 3
    field = (known ~= '') and known or field or ('?' .. lastId())
  elseif removed and ARGV[1] == '1' then
    return 0, ''
  else
    local from = field or (not removed and known) or ''
    if from == '' then
      state = 1
      local all = ARGV[3] == 'all' and not removed
      field = all and #call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1) > 0 and '0-0' or lastId()
      createGroup(name, field)
      if ARGV[3] == 'latest' and not removed then
        addLatest(name)
      end
    else
      state = 2
      local id = string.match(from, '%d+%-%d+') or '0-0'
      -- A stream that ends before that is another one: all of it is for this responder.
      id = isBefore(lastId(), id) and '0-0' or id
      field = (isCertain(from) and '' or '?') .. id .. ' ' .. lastId()
      createGroup(name, id)
    end
  end
  call('HSET', KEYS[2], name, field)
  return state, field
end

local lost = isLost()
if not begin then
  local first = #call('HKEYS', KEYS[2]) == 0
  lost = adoptGroups() or lost
  if not lost and #ARGV > 4 then
    call('HSET', KEYS[2], '', first and lastId() or '0-0')
  end
end
if lost then
  call('HSET', KEYS[2], '', string.format('?%.0f-0', currentMillis() + tonumber(ARGV[2])))
end
local reply = {}
for i = 5, #ARGV, 2 do
  local state, field = register(ARGV[i], ARGV[i + 1])
  reply[#reply + 1] = state
  reply[#reply + 1] = field
end
return reply
