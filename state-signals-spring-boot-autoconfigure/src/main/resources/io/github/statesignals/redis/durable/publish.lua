-- Keeps signals as one entry, a line each; does nothing if they were kept before.
-- KEYS: log, producer
-- ARGV: number of the batch, milliseconds to remember it, the signals
-- Returns the id of the entry.
local before = call('GET', KEYS[2])
if before then
  local number, id = string.match(before, '^(%d+) (.*)$')
  if tonumber(number) >= tonumber(ARGV[1]) then
    return {id}
  end
end
local id = call('XADD', KEYS[1], '*', 'signals', ARGV[3])
call('SET', KEYS[2], ARGV[1] .. ' ' .. id, 'PX', ARGV[2])
return {id}
