-- Stores a signal that can't be delivered to a responder.
-- KEYS: dead letters
-- ARGV: field, dead letter, milliseconds to store it, the number of dead letters that are stored
-- Returns 1 if it is stored, 0 if there are too many.
if call('HEXISTS', KEYS[1], ARGV[1]) == 0 and #call('HKEYS', KEYS[1]) >= tonumber(ARGV[4]) then
  return {0}
end
call('HSET', KEYS[1], ARGV[1], ARGV[2])
call('PEXPIRE', KEYS[1], ARGV[3])
return {1}
