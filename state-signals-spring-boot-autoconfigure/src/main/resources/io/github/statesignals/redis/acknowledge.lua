-- Acknowledges signals, keeps the answers and sends them: for who holds the lease, and nobody else.
-- KEYS: log, lease, then where to keep the answers: a key for each second in which signals were
--       published
-- ARGV: responder, token, milliseconds of the lease, milliseconds to keep answers, and for each
--       signal: its id, the number of its key or 0 if there is no answer, the answer, and where to
--       send it
-- Returns 1, or 0 if another one holds the lease.
local call = redis.call
local holder = call('GET', KEYS[2])
if holder and holder ~= ARGV[2] then
  return {0}
end
if not holder then
  call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
end
local ids = {}
for i = 5, #ARGV, 4 do
  ids[#ids + 1] = ARGV[i]
end
if call('XACK', KEYS[1], ARGV[1], unpack(ids)) == 0 then
  -- The batch was here before: its reply was lost.
  return {1}
end
local fields = {}
for i = 5, #ARGV, 4 do
  local key = tonumber(ARGV[i + 1])
  if key > 0 then
    local kept = fields[key] or {}
    fields[key] = kept
    kept[#kept + 1] = ARGV[i] .. ' ' .. ARGV[1]
    kept[#kept + 1] = ARGV[i + 2]
  end
end
for key, kept in pairs(fields) do
  call('HSET', KEYS[2 + key], unpack(kept))
  call('PEXPIRE', KEYS[2 + key], ARGV[4])
end
-- Sent when it is kept: who hears it may ask.
for i = 5, #ARGV, 4 do
  if ARGV[i + 1] ~= '0' then
    call('PUBLISH', ARGV[i + 3], ARGV[i + 2])
  end
end
return {1}
