-- Keeps signals for a responder from now on, unless they are kept for it already.
-- KEYS: log, responders
-- ARGV: responder
-- Returns 1 if they were not, else 0.
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 and not redis.pcall('XPENDING', KEYS[1], ARGV[1]).err then
  -- Without a write, which a full Redis would refuse.
  return {0}
end
local made = redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[1], '$', 'MKSTREAM')
if made.err and not string.find(made.err, 'BUSYGROUP', 1, true) then
  return redis.error_reply(made.err)
end
-- What comes after the last one is for it.
local last = '0-0'
if not made.err then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then
      last = info[i + 1]
    end
  end
end
redis.call('HSET', KEYS[2], ARGV[1], last)
return {made.err and 0 or 1}
