-- Stores the signal of a dead letter again, for its responder alone.
-- KEYS: log, dead letters
-- ARGV: field of the dead letter, responder, the signal where it was signed again
-- Returns 1 if it was stored, 0 if there is no such dead letter.
local letter = call('HGET', KEYS[2], ARGV[1])
if not letter then
  return {0}
end
call('XADD', KEYS[1], '*', 'signals', ARGV[3] or string.match(letter, '\n(.*)$'), 'responder', ARGV[2])
call('HDEL', KEYS[2], ARGV[1])
return {1}
