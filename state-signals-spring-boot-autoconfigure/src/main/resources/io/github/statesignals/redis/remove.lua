-- Keeps no more signals for a responder.
-- KEYS: log, responders, dropped
-- ARGV: responder
-- Returns 1 if any were kept, else 0.
redis.pcall('XGROUP', 'DESTROY', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[3])
return {redis.call('SREM', KEYS[2], ARGV[1])}
