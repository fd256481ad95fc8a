import type { AppConfig } from '../config/app-config.js';
import { type Duration, wholeSeconds } from '../kernel/durations.js';

/**
 * The full name of a cookie. `__Host-` makes browsers insist on `Secure`, on `Path=/` and on no `Domain`, so
 * that no sibling site can plant one. Only over plain http on loopback, where browsers refuse that, does it
 * go by the bare name.
 */
export const hostCookie = (name: string, config: AppConfig): string =>
  config.secure ? `__Host-${name}` : name;

/** What every cookie of ours is: for this host alone, out of reach of scripts, not sent along by other sites. */
export const cookieAttributes = (config: AppConfig) =>
  ({ path: '/', httpOnly: true, sameSite: 'lax', secure: config.secure }) as const;

/** A `Set-Cookie` value; `value` must consist of cookie characters. A `life` of 0 takes the cookie away. */
export function setCookieLine(name: string, value: string, life: Duration, config: AppConfig): string {
  const secure = config.secure ? '; Secure' : '';
  return `${hostCookie(name, config)}=${value}; Max-Age=${wholeSeconds(life)}; Path=/; HttpOnly; SameSite=Lax${secure}`;
}

/** The first value of a cookie in a `Cookie` header; null where there is none. */
export function readCookie(header: string | undefined, name: string): string | null {
  const pair = header?.split(/; */).find(part => part.startsWith(`${name}=`));
  return pair === undefined ? null : pair.slice(name.length + 1);
}

/** Every cookie in a `Cookie` header whose name begins so: the rest of its name, and the first of its values. */
export function readCookies(header: string | undefined, prefix: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const pair of header?.split(/; */) ?? []) {
    const [name = '', value] = pair.split(/=(.*)/s);
    const rest = name.slice(prefix.length);
    if (name.startsWith(prefix) && value !== undefined && !found.has(rest)) found.set(rest, value);
  }
  return found;
}
