/** Whether a path is one a token may name: plain segments, as those that are open (`applications/open-path.ts`). */
export const isTokenPrefix = (text: string): boolean =>
  /^(\/[A-Za-z0-9_~!$'()*+,=:@-][A-Za-z0-9._~!$'()*+,=:@-]*)+$/.test(text);

/**
 * Whether a raw path is the prefix or below it, by whole segments, however a server reads it: what could be another path
 * for one of them is not. Percent signs that stand for plain text, as in names of calendars, are fine.
 */
export function isBelow(path: string, prefix: string): boolean {
  if (path !== prefix && !path.startsWith(`${prefix}/`)) return false;
  return !/\/\/|\/\.|;|\\|%(2e|2f|5c|25|3b|00)/i.test(path);
}
