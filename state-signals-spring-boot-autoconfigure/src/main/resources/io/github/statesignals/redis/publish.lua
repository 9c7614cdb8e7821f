-- Keeps signals, in their order; does nothing if this batch of the producer was kept before.
-- KEYS: log, producer
-- ARGV: number of the batch, milliseconds to remember it, signals...
-- Returns the ids of the signals, with spaces between them.
local before = redis.call('GET', KEYS[2])
if before then
  local number, ids = string.match(before, '^(%d+) (.*)$')
  if tonumber(number) >= tonumber(ARGV[1]) then
    return {ids}
  end
end
local call, log, ids = redis.call, KEYS[1], {}
for i = 3, #ARGV do
  ids[i - 2] = call('XADD', log, '*', 'b', ARGV[i])
end
local joined = table.concat(ids, ' ')
call('SET', KEYS[2], ARGV[1] .. ' ' .. joined, 'PX', ARGV[2])
return {joined}
