-- Stores no more signals for a responder. Its answers stay for their time.
-- KEYS: log, responders, removed, dropped, reader
-- ARGV: responder
-- Returns 1 if any signals were stored, else 0.
local destroyed = attempt('XGROUP', 'DESTROY', KEYS[1], ARGV[1])
call('DEL', KEYS[4], KEYS[5])
local field = call('HGET', KEYS[2], ARGV[1])
if not field and destroyed ~= 1 then
  return {0}
end
call('HSETNX', KEYS[3], ARGV[1], field or '0-0')
call('HDEL', KEYS[2], ARGV[1])
return {1}
