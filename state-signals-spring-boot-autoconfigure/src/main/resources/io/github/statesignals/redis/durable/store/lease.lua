-- Takes the lease of a responder if it is free, or renews it.
-- KEYS: lease, log, dropped, reader, responders
-- ARGV: token, the token to take it with if another one has read since, milliseconds, responder; pairs of
--       a publisher and how many of its signals were dropped, as the caller has reported them
-- Returns 0 if another one holds it, 1 if it was free, 2 if it was ours, 3 if it is taken with the
-- other token; the first entry that is delivered and not acknowledged, empty if there is none, '-' if
-- none are stored for the responder; by publisher, how many signals were dropped; and the field of the
-- responder (see register.lua), empty if it has none.
local field = call('HGET', KEYS[5], ARGV[4]) or ''
local holder = call('GET', KEYS[1])
if holder and holder ~= ARGV[1] and holder ~= ARGV[2] then
  local left = attempt('PTTL', KEYS[1])
  if left > tonumber(ARGV[3]) then
    -- The clock of Redis was set back. If its holder lives, it renews this one, too.
    call('DEL', KEYS[1])
    call('SET', KEYS[1], holder, 'PX', ARGV[3])
  end
  if left ~= -1 then
    return {0, '', {}, field}
  end
  -- A lease that never expires was written by another client.
  holder = false
end
local token = holder or ARGV[1]
local reader = call('GET', KEYS[4])
if not holder and reader and reader ~= token then
  token = ARGV[2]
end
-- A full Redis refuses no such write, nor those that follow.
call('DEL', KEYS[1])
call('SET', KEYS[1], token, 'PX', ARGV[3])
if reader ~= token then
  call('SET', KEYS[4], token)
end

local function isReported(dropped)
  local reported = pairsOf(ARGV, 5)
  for publisher, number in pairs(pairsOf(dropped)) do
    if tonumber(reported[publisher]) ~= (tonumber(number) or 0) then
      return false
    end
  end
  return true
end

local function find()
  local groups = attempt('XINFO', 'GROUPS', KEYS[2])
  for i = 1, groups.err and 0 or #groups do
    local group = pairsOf(groups[i])
    if group['name'] == ARGV[4] then
      return group
    end
  end
end

-- The number of entries that were deleted before they were delivered, noted as delivered. From Redis 7
-- on it counts entries; before, all of them or none.
local function skipDeleted()
  local group = find()
  if not group then
    return 0
  end
  local stream = pairsOf(call('XINFO', 'STREAM', KEYS[2]))
  local last, read, added = group['last-delivered-id'], group['entries-read'], stream['entries-added']
  if added and not read and last == stream['last-generated-id'] then
    -- Redis counts for a new group only from its first reading on.
    call('XGROUP', 'SETID', KEYS[2], ARGV[4], last, 'ENTRIESREAD', added)
  elseif read then
    local deleted = added - stream['length']
    if deleted > read then
      call('XGROUP', 'SETID', KEYS[2], ARGV[4], last, 'ENTRIESREAD', deleted)
      -- Up to Redis 7.2, replicas and append-only files count fewer entries than were read.
      local first = stream['first-entry']
      local unread = isBefore(last, first and first[1] or stream['last-generated-id'])
          or isBefore(last, stream['max-deleted-entry-id'])
      return unread and deleted - read or 0
    end
  elseif isBefore(last, stream['last-generated-id'])
      and #call('XRANGE', KEYS[2], '(' .. last, '+', 'COUNT', 1) == 0 then
    call('XGROUP', 'SETID', KEYS[2], ARGV[4], stream['last-generated-id'])
    return 1
  end
  return 0
end

local deleted = skipDeleted()
local dropped = call('HGETALL', KEYS[3])
if #dropped == 0 and deleted > 0 then
  -- By another client: trimming counts what it drops.
  dropped = {'', tostring(deleted)}
  call('HSET', KEYS[3], '', deleted)
elseif #dropped > 0 and isReported(dropped) then
  -- Not earlier: the reply may have been lost.
  call('DEL', KEYS[3])
  dropped = {}
end
local pending = attempt('XPENDING', KEYS[2], ARGV[4])

-- Entries that another client has read or claimed are read again, as if they were new.
local function readAgain(consumers)
  local last
  for _, consumer in ipairs(consumers) do
    if consumer[1] ~= 'active' then
      last = last or find()['last-delivered-id']
      local first = call('XPENDING', KEYS[2], ARGV[4], '-', '+', 1, consumer[1])[1][1]
      local millis, number = string.match(first, '(%d+)-(%d+)')
      local before = number ~= '0' and string.format('%s-%.0f', millis, number - 1)
          or string.format('%.0f-18446744073709551615', millis - 1)
      if isBefore(before, last) then
        call('XGROUP', 'SETID', KEYS[2], ARGV[4], before)
        last = before
      end
    end
  end
end

readAgain(pending[4] or {})
local state = token == ARGV[2] and 3 or holder and 2 or 1
return {state, pending.err and '-' or (pending[2] or ''), dropped, field}
