/**
 * What changed of a session's data: of each top-level key that was set its value, as JSON text, and null of each
 * that was removed.
 */
export type DataChanges = ReadonlyMap<string, string | null>;

/**
 * Tells by top-level key what somebody changed who had `before` and has `after`, both JSON texts of objects. Numbers
 * that JavaScript cannot hold exactly are compared as it reads them: what was only read is no change.
 */
export function changesBetween(before: string, after: string): DataChanges {
  const [had, has] = [membersAsRead(before), membersAsRead(after)];
  const removed = [...had.keys()].filter(key => !has.has(key) && !isInherited(key));
  const set = [...has].filter(([key, text]) => had.get(key) !== text);
  return new Map<string, string | null>([...removed.map(key => [key, null] as const), ...set]);
}

/** The data with the changes; what they do not name stays as the text it is, in the order it came. */
export function withChanges(data: string, changes: DataChanges): string {
  const members = membersOf(data);
  for (const [key, text] of changes) {
    if (text === null) members.delete(key);
    else members.set(key, text);
  }
  return `{${[...members].map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`;
}

/** A request never sees such keys: express-session leaves them out, so it cannot have removed them. */
const isInherited = (key: string): boolean => key in {};

/** What JavaScript makes of the members, as texts again. */
function membersAsRead(json: string): ReadonlyMap<string, string> {
  const read: unknown = JSON.parse(json);
  if (typeof read !== 'object' || read === null) return new Map();
  return new Map(Object.entries(read).map(([key, value]) => [key, JSON.stringify(value)]));
}

/** Strings, and what stands between values; what lies between these is a number, `true`, `false`, `null` or space. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},:]/g;

/** The members of a JSON object, each the text it is; none of a text that is no object. */
function membersOf(json: string): Map<string, string> {
  const members = new Map<string, string>();
  if (!json.trimStart().startsWith('{')) return members;
  let [depth, start, key] = [0, 0, ''];
  for (const { 0: token, index } of json.matchAll(TOKENS)) {
    if (token === '{' || token === '[') depth += 1;
    if (depth === 1 && '{:,}'.includes(token)) {
      const text = json.slice(start, index).trim();
      if (token === ':') key = String(JSON.parse(text));
      else if (text !== '' && token !== '{') members.set(key, text);
      start = index + 1;
    }
    if (token === '}' || token === ']') depth -= 1;
  }
  return members;
}
