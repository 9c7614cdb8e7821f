-- Stores signals as one entry, a line each; does nothing if the batch was stored before.
-- KEYS: log, producer, latest
-- ARGV: number of the batch, milliseconds to remember it, the signals, with empty lines for those whose
--       publish has ended; where the last signals are
--       stored also milliseconds to store these, and for each signal its field among them, or empty
-- Returns the id of the entry.
-- One batch is in flight at a time: a lower number is of an earlier batch, and any other text not ours.
local number, stored = string.match(call('GET', KEYS[2]) or '', '^(%d+) (%d+%-%d+)$')
if number == ARGV[1] then
  return {stored}
elseif tonumber(number or 0) > tonumber(ARGV[1]) then
  -- It was delayed on a connection that its sender has given up.
  return redis.error_reply('ERR A later batch was stored before')
end
if #ARGV > 4 then
  -- Fails before anything is stored, if another client has written it.
  call('HGET', KEYS[3], '')
end
local id = call('XADD', KEYS[1], '*', 'signals', ARGV[3])
call('SET', KEYS[2], ARGV[1] .. ' ' .. id, 'PX', ARGV[2])

local function removeExpired(millis)
  local oldest = tonumber(string.match(id, '^%d+')) - millis
  for _, field in ipairs(call('HKEYS', KEYS[3])) do
    local published = tonumber(string.match(call('HGET', KEYS[3], field), '^%d+'))
    if not published or published < oldest then
      call('HDEL', KEYS[3], field)
    end
  end
end

if #ARGV > 4 then
  local number = 0
  for line in string.gmatch(ARGV[3] .. '\n', '([^\n]*)\n') do
    local field = ARGV[5 + number]
    if field ~= '' and line ~= '' then
      call('HSET', KEYS[3], field, id .. '.' .. number .. ' ' .. line)
    end
    number = number + 1
  end
  call('PEXPIRE', KEYS[3], ARGV[4])
  if ARGV[1] == '1' then
    -- Those of publishers that have not published for a long time.
    removeExpired(tonumber(ARGV[4]))
  end
end
return {id}
