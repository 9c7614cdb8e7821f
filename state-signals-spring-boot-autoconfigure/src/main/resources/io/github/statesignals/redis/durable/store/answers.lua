-- Shared by other scripts, which begin with it.

-- By entry and responder the answers read so far, and the number of the next field to read.
local known = {}

-- The answers to several signals, which are stored as one with the ids of all of them.
local function separate(combined)
  local before, ids, behind = string.match(combined, '^(.-"id":%s*)%[%s*(".-")%s*%](.*)$')
  local answers = {}
  for id in string.gmatch(ids or '', '"[^"]*"') do
    answers[#answers + 1] = before .. id .. behind
  end
  return answers
end

-- The answer to a signal; empty if there is none, nil if the responder has not dealt with it.
-- field: "<entry>.<line> <responder>". Such a field has the answers to the signal and to those after it in
-- its entry, a line each, until there is another field. The line '=' belongs to the combined answer before it.
local function answerOf(key, field)
  local entry, number, name = string.match(field, '^([^.]*)%.(%d+)( .*)$')
  number = tonumber(number)
  -- No entry has more lines.
  if not number or number > 255 then
    return nil
  end
  local answers = known[entry .. name] or {next = 0}
  known[entry .. name] = answers
  while answers.next <= number do
    local lines = call('HGET', key, entry .. '.' .. answers.next .. name)
    local line, first, separated = answers.next, answers.next, nil
    for answer in string.gmatch(lines and lines .. '\n' or '', '([^\n]*)\n') do
      if answer ~= '=' then
        first, separated = line, nil
      else
        separated = separated or separate(answers[first] or '')
        answers[first] = separated[1] or ''
        answer = separated[line - first + 1] or ''
      end
      answers[line] = answer
      line = line + 1
    end
    answers.next = answers.next + 1
  end
  return answers[number]
end
