-- Keeps answers and sends them, and acknowledges entries: for who holds the lease, and nobody else.
-- KEYS: log, lease, then where to keep the answers: a key for each second in which signals were
--       published
-- ARGV: responder, token, milliseconds of the lease, milliseconds to keep answers, how many entries
--       all of whose signals are dealt with, their ids, and for each signal: the number of its key,
--       its field there, the answer or nothing, where to send it. What goes to one place goes there
--       together, a line each.
-- Returns 1, or 0 if another one holds the lease.
local call = redis.call
local holder = call('GET', KEYS[2])
if holder and holder ~= ARGV[2] then
  return {0}
end
if not holder then
  call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
end
local first = 6 + tonumber(ARGV[5])
local fields = {}
for i = first, #ARGV, 4 do
  local kept = fields[ARGV[i]]
  if not kept then
    kept = {}
    fields[ARGV[i]] = kept
  end
  kept[#kept + 1] = ARGV[i + 1]
  kept[#kept + 1] = ARGV[i + 2]
end
local added = 0
for number, kept in pairs(fields) do
  local key = KEYS[2 + tonumber(number)]
  added = added + call('HSET', key, unpack(kept))
  call('PEXPIRE', key, ARGV[4])
end
if first > 6 then
  call('XACK', KEYS[1], ARGV[1], unpack(ARGV, 6, first - 1))
end
-- Else the batch was here before, and its reply was lost.
if added > 0 then
  local lines = {}
  for i = first, #ARGV, 4 do
    if ARGV[i + 2] ~= '' then
      local to = lines[ARGV[i + 3]]
      if not to then
        to = {}
        lines[ARGV[i + 3]] = to
      end
      to[#to + 1] = ARGV[i + 2]
    end
  end
  for address, to in pairs(lines) do
    call('PUBLISH', address, table.concat(to, '\n'))
  end
end
return {1}
