-- Returns the names of the responders that signals are kept for.
-- KEYS: responders
return redis.call('HKEYS', KEYS[1])
