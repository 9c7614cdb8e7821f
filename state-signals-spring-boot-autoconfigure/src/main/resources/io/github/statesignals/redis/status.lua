-- Returns the fields of a signal's status.
-- KEYS: status
return redis.call('HGETALL', KEYS[1])
