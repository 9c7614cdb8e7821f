-- Precedes every script, each of which calls Redis by these functions only. In a script Redis names a
-- missing permission in no version, or in some: these raise "NOPERM", and what ACL SETUSER would grant.

local function isDenied(err)
  -- Other errors have the key, and so a name that may be any of these.
  return string.find(err, '^NOPERM') or string.find(err, '^[^{]*ACL failure in script')
      or string.find(err, '^[^{]*The user executing the script')
end

-- The permission: "+xtrim", "~event-signal:{orders}:answers:*", "&event-signal-reply:*".
local function permission(err, command, ...)
  command = string.lower(command)
  if string.find(err, 'run this command', 1, true) or string.find(err, "to run the '", 1, true) then
    local named = command == 'xgroup' or command == 'xinfo'
    return '+' .. command .. (named and '|' .. string.lower((...)) or '')
  end
  for _, argument in ipairs({...}) do
    if string.sub(argument, 1, 12) == 'event-signal' then
      if command == 'publish' then
        return '&' .. string.gsub(argument, '^(event%-signal%-reply:).*', '%1*')
      end
      return '~' .. string.gsub(argument, '(}:%a+:).*', '%1*')
    end
  end
  return '~event-signal:*'
end

-- Returns what the command does, also an error. A missing permission is none that a script can expect.
local function attempt(...)
  local reply = redis.pcall(...)
  if type(reply) == 'table' and reply.err and isDenied(reply.err) then
    error('NOPERM ' .. permission(reply.err, ...), 0)
  end
  return reply
end

local function call(...)
  local reply = attempt(...)
  if type(reply) == 'table' and reply.err then
    -- Fails again, and as it does without these functions.
    return redis.call(...)
  end
  return reply
end

