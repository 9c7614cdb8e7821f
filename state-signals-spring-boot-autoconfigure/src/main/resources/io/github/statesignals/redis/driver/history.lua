-- Reads what was delivered and not acknowledged: for drivers that can't read what was dropped since.
-- KEYS: log
-- ARGV: responder, consumer, how many entries, after which id
-- Returns what XREADGROUP does.
return call('XREADGROUP', 'GROUP', ARGV[1], ARGV[2], 'COUNT', ARGV[3], 'STREAMS', KEYS[1], ARGV[4]) or {}
