-- Returns the signals that responders have not answered.
-- KEYS: log, responders
-- Returns for each responder its name; the number of entries that were not delivered, -1 if Redis does
-- not know it; the number of those that were, and are not acknowledged; and the milliseconds since the
-- first of all of them was added, 0 if there is none.
local groups = {}
local replies = attempt('XINFO', 'GROUPS', KEYS[1])
for i = 1, replies.err and 0 or #replies do
  local group = pairsOf(replies[i])
  groups[group['name']] = group
end

local now, reply = currentMillis(), {}
local fields = call('HGETALL', KEYS[2])
for i = 1, #fields, 2 do
  local name = fields[i]
  if name ~= '' then
    -- Without a group it begins at the position in its field.
    local group = groups[name] or {pending = 0}
    local last = group['last-delivered-id'] or string.match(fields[i + 1], '%d+%-%d+') or '0-0'
    local next = call('XRANGE', KEYS[1], '(' .. last, '+', 'COUNT', 1)[1]
    local first = group['pending'] > 0 and call('XPENDING', KEYS[1], name)[2] or next and next[1]
    reply[#reply + 1] = name
    -- Before Redis 7 there is no lag; later it may be null.
    reply[#reply + 1] = next and (group['lag'] or -1) or 0
    reply[#reply + 1] = group['pending']
    reply[#reply + 1] = first and math.max(now - tonumber(string.match(first, '%d+')), 0) or 0
  end
end
return reply
