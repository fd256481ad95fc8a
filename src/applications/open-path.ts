import type { OpenPath } from './application.js';

/** What methods an open path has where none are named. */
export const READING = ['GET', 'HEAD'] as const;

/**
 * Segments that every server reads alike (RFC 3986, section 3.3, less what some decode, join or cut): no percent sign, no
 * empty one, none that begins with a dot, no semicolon. What is written otherwise is never open.
 */
const PLAIN = /^(\/[A-Za-z0-9_~!$'()*+,=:@-][A-Za-z0-9._~!$'()*+,=:@-]*)*\/?$/;

/** Whether a text can be the prefix of an open path: plain segments, no slash at the end but in `/`. */
export const isOpenPrefix = (text: string): boolean =>
  text === '/' || (text !== '' && PLAIN.test(text) && !text.endsWith('/'));

/**
 * Whether a path is open to everybody, by segments.
 * @param path as it stands in the request, raw, without its query.
 */
export function isOpen(openPaths: readonly OpenPath[], method: string, path: string): boolean {
  if (openPaths.length === 0 || !PLAIN.test(path)) return false;
  return openPaths.some(
    ({ prefix, methods }) =>
      methods.includes(method) && (prefix === '/' || path === prefix || path.startsWith(`${prefix}/`)),
  );
}
