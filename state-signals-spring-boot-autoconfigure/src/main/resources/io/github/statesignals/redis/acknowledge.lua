-- Acknowledges signals, keeps the answers and sends them: for who holds the lease, and nobody else.
-- KEYS: log, lease
-- ARGV: responder, token, milliseconds of the lease, beginning of the keys of statuses,
--       and for each signal: its id, the answer or nothing, where to send it
-- Returns 1, or 0 if another one holds the lease.
local holder = redis.call('GET', KEYS[2])
if holder and holder ~= ARGV[2] then
  return {0}
end
if not holder then
  redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
end
for i = 5, #ARGV, 3 do
  if redis.call('XACK', KEYS[1], ARGV[1], ARGV[i]) == 1 and ARGV[i + 1] ~= '' then
    local status = ARGV[4] .. ARGV[i]
    -- One that has expired would never expire again.
    if redis.call('EXISTS', status) == 1 then
      redis.call('HSET', status, 'r:' .. ARGV[1], ARGV[i + 1])
    end
    redis.call('PUBLISH', ARGV[i + 2], ARGV[i + 1])
  end
end
return {1}
