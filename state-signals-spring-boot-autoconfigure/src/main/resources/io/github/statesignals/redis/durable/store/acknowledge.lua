-- Stores answers and sends them, and acknowledges entries: for the holder of the lease or the last one
-- that held it, and no other.
-- KEYS: log, lease, reader, then for the answers to consecutive signals of an entry where to store them
-- ARGV: responder, token, milliseconds to store answers; how many entries all of whose signals are
--       dealt with, and their ids; for each of the keys the field of the first signal, the answers, a line
--       each, where to send them, empty if they are not sent, and how to send them, empty if as they are stored
-- Returns 1, or 0 if another one holds the lease, or has held it since.
local holder = call('GET', KEYS[2]) or call('GET', KEYS[3])
if holder and holder ~= ARGV[2] then
  return {0}
end
local entries = 4 + tonumber(ARGV[4])
local added, sent = 0, {}
for i = 4, #KEYS do
  local at = entries + 4 * (i - 4)
  -- A full Redis refuses no such write, nor those that follow.
  local stored = KEYS[i] == KEYS[i - 1] or call('PEXPIRE', KEYS[i], ARGV[3]) == 1
  added = added + call('HSET', KEYS[i], ARGV[at + 1], ARGV[at + 2])
  if not stored then
    call('PEXPIRE', KEYS[i], ARGV[3])
  end
  local address = ARGV[at + 3]
  sent[address] = sent[address] or {}
  table.insert(sent[address], ARGV[at + 4] ~= '' and ARGV[at + 4] or ARGV[at + 2])
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
  sent[''] = nil
  for address, answers in pairs(sent) do
    call('PUBLISH', address, table.concat(answers, '\n'))
  end
end
return {1}
