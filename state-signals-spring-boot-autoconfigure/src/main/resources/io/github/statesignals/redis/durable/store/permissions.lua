-- Raises "NOPERM" with all permissions that are missing: each command is called so that it changes nothing.
-- KEYS: log, responders, removed, then keys that do not exist: of a producer, a lease, a reader, what was
--       dropped, answers, and a marker of trimming; latest, dead letters
-- ARGV: the purpose of the permissions
local log, responders, removed, producer, lease, reader, dropped, answers, trimmed, latest, dead = unpack(KEYS)

-- These restore what Redis has lost, too.
local registering = {
  {'TIME'}, {'HGET', responders, ''}, {'HKEYS', responders}, {'HEXISTS', responders, ''},
  {'HSET', responders, '', '', ''}, {'HEXISTS', removed, ''}, {'XINFO', 'STREAM', log},
  {'XINFO', 'GROUPS', log}, {'XINFO', 'CONSUMERS', log, ''}, {'XPENDING', log, ''},
  {'XGROUP', 'CREATE', log, '', 'none'}
}

local commands = {
  EXPORTER = {
    {'XADD', log, 'none', '', ''}, {'GET', producer}, {'SET', producer, '', 'NX', 'XX'},
    {'HGETALL', responders}, {'HKEYS', removed}, {'HGETALL', removed}, {'HGET', answers, ''},
    {'XRANGE', log, '0-0', '0-0'}, {'HSET', latest, '', '', ''}, {'HGET', latest, ''}, {'HGETALL', latest},
    {'HKEYS', latest}, {'HDEL', latest, ''}, {'PEXPIRE', latest, 'none'}
  },
  RESPONDER = {
    {'GET', lease}, {'PTTL', lease}, {'SET', lease, '', 'NX', 'XX'}, {'DEL', lease}, {'GET', reader},
    {'SET', reader, '', 'NX', 'XX'}, {'HGETALL', dropped}, {'DEL', dropped},
    {'XGROUP', 'SETID', log, '', 'none'}, {'XRANGE', log, '0-0', '0-0'},
    {'XREADGROUP', 'GROUP', '', '', 'STREAMS', log, '>'}, {'XACK', log, '', '0-1'},
    {'HGET', answers, ''}, {'HSET', answers, '', '', ''}, {'PEXPIRE', answers, '1'},
    {'HGETALL', latest}, {'HSET', dead, '', '', ''}, {'HKEYS', dead}, {'HEXISTS', dead, ''}, {'PEXPIRE', dead, 'none'}
  },
  TRIMMING = {
    {'TIME'}, {'PTTL', trimmed}, {'DEL', trimmed}, {'SET', trimmed, '', 'NX', 'XX'},
    {'XINFO', 'GROUPS', log}, {'XPENDING', log, ''}, {'XRANGE', log, '0-0', '0-0'},
    {'HGETALL', responders}, {'HINCRBY', dropped, '', 'none'}, {'XINFO', 'STREAM', log},
    {'DEL', dropped}, {'HSET', dropped, '', '', ''}, {'XTRIM', log, 'MINID', 'none'}
  }
}

local found, missing = {}, {}

local function try(all)
  for _, command in ipairs(all) do
    local permitted, err = pcall(attempt, unpack(command))
    if not permitted and not found[err] then
      found[err] = true
      missing[#missing + 1] = string.match(err, 'NOPERM (%S+)')
    end
  end
end

try(commands[ARGV[1]])
if ARGV[1] ~= 'TRIMMING' then
  try(registering)
end
if #missing > 0 then
  error('NOPERM ' .. table.concat(missing, ' '), 0)
end
return {}
