-- Stores answers and sends them, and acknowledges entries: for the holder of the lease or the last one
-- that held it, and no other.
-- KEYS: log, lease, reader, then where to store the answers: a key for each second in which signals were
--       published
-- ARGV: responder, token, milliseconds to store answers; how many entries all of whose signals are
--       dealt with, and their ids; for each of the keys how many arguments follow, fields and answers;
--       and where to send which answers, a line each
-- Returns 1, or 0 if another one holds the lease, or has held it since.
local holder = call('GET', KEYS[2]) or call('GET', KEYS[3])
if holder and holder ~= ARGV[2] then
  return {0}
end
local entries = 4 + tonumber(ARGV[4])
local at = entries + 1
local added = 0
for i = 4, #KEYS do
  local last = at + tonumber(ARGV[at])
  -- A full Redis refuses no such write, nor those that follow.
  local stored = call('PEXPIRE', KEYS[i], ARGV[3])
  added = added + call('HSET', KEYS[i], unpack(ARGV, at + 1, last))
  if stored == 0 then
    call('PEXPIRE', KEYS[i], ARGV[3])
  end
  at = last + 1
end
-- Last: an entry whose answers are not stored is delivered again.
if entries > 4 then
  local reply = attempt('XACK', KEYS[1], ARGV[1], unpack(ARGV, 5, entries))
  if type(reply) == 'table' and not string.find(reply.err, 'WRONGTYPE', 1, true) then
    return reply
  end
  -- If another client has written the log, the entries are not there any more.
end
-- Otherwise the batch was here before, and its reply was lost.
if added > 0 then
  for i = at, #ARGV, 2 do
    call('PUBLISH', ARGV[i], ARGV[i + 1])
  end
end
return {1}
