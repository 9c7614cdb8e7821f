-- Takes the lease of a responder if it is free, or renews it.
-- KEYS: lease, log, dropped, reader, responders
-- ARGV: token, the token to take it with if another one has read since, milliseconds, responder
-- Returns 0 if another one holds it, 1 if it was free, 2 if it was ours, 3 if it is taken with the
-- other token; the first entry that is delivered and not acknowledged, empty if there is none, '-' if
-- none are stored for the responder; by publisher, how many signals were dropped; and the field of the
-- responder (see register.lua), empty if it has none.
local field = redis.call('HGET', KEYS[5], ARGV[4]) or ''
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] and holder ~= ARGV[2] then
  if redis.pcall('PTTL', KEYS[1]) ~= -1 then
    return {0, '', {}, field}
  end
  -- A lease that never expires was written by another client.
  holder = false
end
local token = holder or ARGV[1]
local reader = redis.call('GET', KEYS[4])
if not holder and reader and reader ~= token then
  token = ARGV[2]
end
-- A full Redis refuses no such write, nor those that follow.
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[1], token, 'PX', ARGV[3])
if reader ~= token then
  redis.call('SET', KEYS[4], token)
end
local dropped = redis.call('HGETALL', KEYS[3])
if #dropped > 0 then
  redis.call('DEL', KEYS[3])
end
local pending = redis.pcall('XPENDING', KEYS[2], ARGV[4])
local state = token == ARGV[2] and 3 or holder and 2 or 1
return {state, pending.err and '-' or (pending[2] or ''), dropped, field}
