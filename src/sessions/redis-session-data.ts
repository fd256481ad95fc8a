import { RedisScript } from '../redis/redis.js';

/**
 * Sets and removes top-level members of the JSON object behind the first line end, if the session is still there:
 * ARGV has a name and a value of each as JSON text, and an empty value for what is removed. Every value stays the text
 * it is: decoding would make `{}` of `[]` and round numbers. The object is as `JSON.stringify` writes it, without
 * space between its parts. @returns 1; 0 where the session is gone.
 */
export const CHANGE_DATA = new RedisScript(String.raw`
  local text = redis.call('GET', KEYS[1])
  local head = text and string.find(text, '\n', 1, true)
  if not head then return 0 end

  local names, values = {}, {}
  local function put(name, value)
    if values[name] == nil then names[#names + 1] = name end
    values[name] = value
  end

  local depth, start, at, name = 0, head + 1, head + 1, nil
  while true do
    local place = string.find(text, '["%[%]{},:]', at)
    if not place then break end
    local token = string.sub(text, place, place)
    at = place + 1
    while token == '"' do
      local mark = string.find(text, '["\\]', at) or #text
      local ends = string.sub(text, mark, mark) == '"' or mark == #text
      at = mark + (ends and 1 or 2)
      if ends then break end
    end
    if token == '{' or token == '[' then depth = depth + 1 end
    if depth == 1 and string.find('{:,}', token, 1, true) then
      local part = string.sub(text, start, place - 1)
      if token == ':' then name = part
      elseif name and token ~= '{' then put(name, part) end
      start = place + 1
    end
    if token == '}' or token == ']' then depth = depth - 1 end
  end

  for word = 1, #ARGV, 2 do put(ARGV[word], ARGV[word + 1]) end
  local members = {}
  for _, each in ipairs(names) do
    if values[each] ~= '' then members[#members + 1] = each .. ':' .. values[each] end
  end
  local data = '{' .. table.concat(members, ',') .. '}'
  redis.call('SET', KEYS[1], string.sub(text, 1, head) .. data, 'KEEPTTL')
  return 1`);
