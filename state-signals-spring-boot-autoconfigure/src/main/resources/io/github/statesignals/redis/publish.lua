-- Keeps signals, in their order; does nothing if this batch of the producer was kept before.
-- KEYS: log, responders, producer
-- ARGV: number of the batch, milliseconds to remember it, milliseconds to keep answers,
--       beginning of the keys of statuses, signals...
-- Returns the ids of the signals.
local before = redis.call('GET', KEYS[3])
if before then
  local number, ids = string.match(before, '^(%d+) (.*)$')
  if tonumber(number) >= tonumber(ARGV[1]) then
    return {ids}
  end
end
local fields = {'', ''}
for _, name in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  fields[#fields + 1] = 'r:' .. name
  fields[#fields + 1] = ''
end
local ids = {}
for i = 5, #ARGV do
  local id = redis.call('XADD', KEYS[1], '*', 'b', ARGV[i])
  ids[#ids + 1] = id
  local status = ARGV[4] .. id
  -- A call takes some thousand arguments, and no more.
  for j = 1, #fields, 1000 do
    redis.call('HSET', status, unpack(fields, j, math.min(j + 999, #fields)))
  end
  redis.call('PEXPIRE', status, ARGV[3])
end
local joined = table.concat(ids, ' ')
redis.call('SET', KEYS[3], ARGV[1] .. ' ' .. joined, 'PX', ARGV[2])
return {joined}
