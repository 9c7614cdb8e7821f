-- Keeps signals for a responder from now on, unless they are kept for it already.
-- KEYS: log, responders
-- ARGV: responder
-- Returns 1 if they were not, else 0.
redis.call('SADD', KEYS[2], ARGV[1])
local made = redis.pcall('XGROUP', 'CREATE', KEYS[1], ARGV[1], '$', 'MKSTREAM')
if made.err then
  if string.find(made.err, 'BUSYGROUP', 1, true) then
    return {0}
  end
  return redis.error_reply(made.err)
end
return {1}
