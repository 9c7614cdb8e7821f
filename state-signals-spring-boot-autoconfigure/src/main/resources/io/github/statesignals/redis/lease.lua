-- Takes the lease of a responder if it is free, or renews it.
-- KEYS: lease, log, dropped
-- ARGV: token, milliseconds, responder
-- Returns 0 if another one holds it, 1 if it was free, 2 if it was ours; the first entry that is
-- delivered and not acknowledged, empty if there is none, '-' if none are kept for the responder;
-- and, by publisher, how many signals were dropped.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
  return {0, '', {}}
end
-- A full Redis refuses no such write, nor what follows.
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local dropped = redis.call('HGETALL', KEYS[3])
if #dropped > 0 then
  redis.call('DEL', KEYS[3])
end
local pending = redis.pcall('XPENDING', KEYS[2], ARGV[3])
return {holder and 2 or 1, pending.err and '-' or (pending[2] or ''), dropped}
