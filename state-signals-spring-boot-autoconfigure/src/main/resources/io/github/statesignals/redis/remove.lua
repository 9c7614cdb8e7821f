-- Keeps no more signals for a responder. Its answers are kept for their time.
-- KEYS: log, responders, removed, dropped, reader
-- ARGV: responder
-- Returns 1 if any signals were kept, else 0.
redis.pcall('XGROUP', 'DESTROY', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[4], KEYS[5])
local from = redis.call('HGET', KEYS[2], ARGV[1])
if not from then
  return {0}
end
redis.call('HSETNX', KEYS[3], ARGV[1], from)
redis.call('HDEL', KEYS[2], ARGV[1])
return {1}
