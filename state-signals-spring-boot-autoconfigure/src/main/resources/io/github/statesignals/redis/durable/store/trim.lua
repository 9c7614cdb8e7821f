-- Drops the signals that every responder has acknowledged, and those that are too old, acknowledged or
-- not; and counts the latter. Does so once in an interval, for all that ask. Each call looks at a bounded
-- number of signals.
-- KEYS: log, marker, responders
-- ARGV: milliseconds of the interval, milliseconds after which signals are too old, beginning of
--       the keys of what was dropped, how many signals to look at, how many entries to drop
-- Returns 1 if there may be more to drop, 2 if this is not due yet, else 0.
local left = call('PTTL', KEYS[2])
-- It is longer if the clock of Redis was set back; negative without a marker, or if that never expires.
if left >= 0 and left <= tonumber(ARGV[1]) then
  return {2}
end
-- A write that a full Redis does not refuse: all that follow are not refused either.
call('DEL', KEYS[2])
call('SET', KEYS[2], '1', 'PX', ARGV[1])
local oldest = string.format('%.0f-0', math.max(currentMillis() - tonumber(ARGV[2]), 0))

-- Redis has time for others meanwhile, also with many applications.
local function continueSoon()
  call('SET', KEYS[2], '1', 'PX', 100)
end

local replies = attempt('XINFO', 'GROUPS', KEYS[1])
if replies.err then
  return {0}
end
local groups, keep = {}, nil

-- The first entry that a responder has not acknowledged.
for _, reply in ipairs(replies) do
  local group = pairsOf(reply)
  local name, last = group['name'], group['last-delivered-id']
  local first = call('XPENDING', KEYS[1], name)[2] or last
  groups[name] = last
  if not keep or isBefore(first, keep) then
    keep = first
  end
end
-- A responder whose group was lost reads all that is left when it is back.
local fields = call('HGETALL', KEYS[3])
for i = 1, #fields, 2 do
  local first = string.match(fields[i + 1], '%d+%-%d+')
  if first and fields[i] ~= '' and not groups[fields[i]] and (not keep or isBefore(first, keep)) then
    keep = first
  end
end

-- First those that all have acknowledged, in whole parts of the stream as long as there are many.
if keep and pairsOf(call('XINFO', 'STREAM', KEYS[1]))['length'] > 2 * tonumber(ARGV[5])
    and call('XTRIM', KEYS[1], 'MINID', '~', keep, 'LIMIT', ARGV[5]) > 0 then
  continueSoon()
  return {1}
end

local counts = {}
local function count(name, publisher, number)
  counts[name] = counts[name] or {}
  counts[name][publisher] = (counts[name][publisher] or 0) + number
end

local function publisherOf(line)
  local _, signal = pcall(cjson.decode, line)
  local publisher = type(signal) == 'table' and signal['publisher_id']
  return type(publisher) == 'string' and publisher or ''
end

-- Counts the signals of an entry for those that it was not delivered to. Those that are delivered and
-- not acknowledged are missed when they are asked for again. Returns what it costs: in lines, and a line
-- for each 500 bytes.
local function countDropped(entry)
  local id, fields = entry[1], pairsOf(entry[2])
  local names = {}
  for name, last in pairs(groups) do
    if isBefore(last, id) then
      if not fields['responder'] or fields['responder'] == name then
        names[#names + 1] = name
      else
        -- Not missed by it, and not deleted by another client either: see lease.lua.
        count(name, '', 0)
      end
    end
  end
  local text = fields['signals'] or entry[2][2]
  local lines = 0
  for line in string.gmatch(#names > 0 and text or '', '[^\n]+') do
    lines = lines + 1
    -- An entry with more lines was not written by a publisher.
    if lines > 256 then
      break
    end
    local publisher = publisherOf(line)
    for _, name in ipairs(names) do
      count(name, publisher, 1)
    end
  end
  return 1 + lines + #text / 500
end

local more = 0
if not keep or isBefore(keep, oldest) then
  -- Those that are too old go as far as they were counted.
  local left, from = tonumber(ARGV[4]), keep or '-'
  local last
  repeat
    local entries = call('XRANGE', KEYS[1], from, '(' .. oldest, 'COUNT', 8)
    for _, entry in ipairs(entries) do
      if left > 0 then
        left = left - countDropped(entry)
        last = entry[1]
      end
    end
    from = '(' .. (last or oldest)
  until left <= 0 or #entries == 0
  local next = last and call('XRANGE', KEYS[1], from, '(' .. oldest, 'COUNT', 1)[1]
  keep = next and next[1] or oldest
  more = next and 1 or 0
end
for name, publishers in pairs(counts) do
  for publisher, number in pairs(publishers) do
    local reply = attempt('HINCRBY', ARGV[3] .. name, publisher, number)
    if type(reply) == 'table' then
      -- Another client has written it.
      call('DEL', ARGV[3] .. name)
      call('HSET', ARGV[3] .. name, publisher, number)
    end
  end
end
call('XTRIM', KEYS[1], 'MINID', keep)
if more == 1 then
  continueSoon()
end
return {more}
