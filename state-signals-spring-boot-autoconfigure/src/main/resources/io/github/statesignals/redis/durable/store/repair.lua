-- Looks for keys of the wrong type, which another client has written, and deletes those that are
-- written again in the course of time.
-- KEYS: the keys
-- ARGV: for each of them its type, and 1 if it may be deleted
-- Returns the numbers of those that were deleted, and of those that remain.
local deleted, wrong = {}, {}
local function read(key, kind)
  if kind == 'string' then
    return attempt('GET', key)
  elseif kind == 'hash' then
    return attempt('HGET', key, '')
  end
  return attempt('XRANGE', key, '-', '-')
end
for i, key in ipairs(KEYS) do
  local reply = read(key, ARGV[2 * i - 1])
  if type(reply) == 'table' and reply.err and string.find(reply.err, 'WRONGTYPE', 1, true) then
    if ARGV[2 * i] == '1' then
      call('DEL', key)
      deleted[#deleted + 1] = i
    else
      wrong[#wrong + 1] = i
    end
  end
end
return {deleted, wrong}
