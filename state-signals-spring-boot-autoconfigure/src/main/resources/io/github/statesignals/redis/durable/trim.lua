-- Drops the signals that every responder has acknowledged, and those that are too old, whoever
-- has not; and counts the latter. Does so once in an interval, whoever asks.
-- KEYS: log, marker, responders
-- ARGV: milliseconds of the interval, milliseconds after which signals are too old, beginning of
--       the keys of what was dropped
-- Returns how many signals went.
if call('EXISTS', KEYS[2]) == 1 then
  return {0}
end
-- A write that a full Redis does not refuse: all that follow are not refused either.
call('DEL', KEYS[2])
call('SET', KEYS[2], '1', 'PX', ARGV[1])
local oldest = string.format('%.0f-0', math.max(currentMillis() - tonumber(ARGV[2]), 0))

local groups = attempt('XINFO', 'GROUPS', KEYS[1])
if groups.err then
  return {0}
end
local keep
local names = {}
for _, reply in ipairs(groups) do
  local group = {}
  for i = 1, #reply, 2 do
    group[reply[i]] = reply[i + 1]
  end
  names[group['name']] = true
  local last = group['last-delivered-id']
  local first = last
  if group['pending'] > 0 then
    first = call('XPENDING', KEYS[1], group['name'])[2] or last
  end
  if not keep or isBefore(first, keep) then
    keep = first
  end
  if isBefore(last, oldest) then
    -- Those that are delivered and not acknowledged are missed when they are asked for again.
    for _, entry in ipairs(call('XRANGE', KEYS[1], '(' .. last, '(' .. oldest, 'COUNT', 10000)) do
      for line in string.gmatch(entry[2][2], '[^\n]+') do
        local parsed, signal = pcall(cjson.decode, line)
        local publisher = parsed and type(signal) == 'table' and signal['publisher_id']
        call('HINCRBY', ARGV[3] .. group['name'], type(publisher) == 'string' and publisher or '', 1)
      end
    end
  end
end
-- A responder whose group was lost reads all that is left when it is back.
local fields = call('HGETALL', KEYS[3])
for i = 1, #fields, 2 do
  local first = string.match(fields[i + 1], '%d+%-%d+')
  if fields[i] ~= '' and not names[fields[i]] and (not keep or isBefore(first, keep)) then
    keep = first
  end
end
if not keep or isBefore(keep, oldest) then
  keep = oldest
end
return {call('XTRIM', KEYS[1], 'MINID', keep)}
