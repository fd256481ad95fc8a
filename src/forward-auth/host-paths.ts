import { posix } from 'node:path';
import { loginPageFor } from '../http/return-to.js';

/** Below this path everything on the host of an application is ours. */
export const OURS = '/.gatehouse/';

/**
 * Whether a proxy may have taken the path of a request for one of these: some decode it, put its dots and slashes in order and
 * do not care for capitals before they look where it goes, and pass it on as it came.
 */
export function mayBeOurs(url: string): boolean {
  if (url.startsWith(OURS)) return true;
  const [path = ''] = url.split('?', 1);
  return /%|\.gatehouse/i.test(path) && readingsOf(path).some(reading => reading.startsWith(OURS));
}

/** What proxies may make of a path: with its dots and slashes in order or not, and with backslashes as slashes or not. */
function readingsOf(path: string): readonly string[] {
  const plain = decoded(path).toLowerCase();
  return [plain, posix.normalize(plain), posix.normalize(plain.replaceAll('\\', '/'))];
}

/** Each byte a character, whether they make letters or not: proxies do not look whether they do. */
const decoded = (path: string): string =>
  path.replaceAll(/%([\da-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));

/** So many characters of an encoded address: heads of 4 kB are the most that some proxies take. */
const LONGEST = 1500;

/** Where somebody goes who has to sign in, with the address they come back to. */
export const startPath = (address: string): string => `${OURS}start?to=${encodedAddress(address)}`;

/** An address for a query. One that is too long is cut to its path, or else to the front page. */
export function encodedAddress(address: string): string {
  const [path = '/'] = address.split('?', 1);
  const ways = [address, path].map(encodeURIComponent);
  return ways.find(way => way.length <= LONGEST) ?? '%2F';
}

/** One slash and then none, and nothing that a browser reads otherwise than it is written. */
const ADDRESS = /^\/(?![/\\])[!-[\]-~]*$/;

/** An address of an application that people may be led to; null where it is none. */
export function addressOf(given: string | null): string | null {
  if (given === null || !ADDRESS.test(given)) return null;
  // One of ours would lead in a circle.
  return given.startsWith(OURS) ? '/' : given;
}

/**
 * The path on the sign-in host where somebody enters an application. Where the address is so long that it would not stay
 * with the sign-in form, they come to its path, or else to its front page.
 */
export function enterPath(origin: string, address: string, browser: string): string {
  const [path = '/'] = address.split(/[?#]/);
  const of = (to: string) =>
    `/enter?at=${encodeURIComponent(origin)}&to=${encodeURIComponent(to)}&browser=${browser}`;
  return [address, path].map(of).find(way => loginPageFor(way) !== '/login') ?? of('/');
}
