import type { AppConfig } from '../config/app-config.js';
import { type Duration, wholeSeconds } from '../kernel/durations.js';

/**
 * The full name of a cookie of ours, by what it is for: `COOKIE_NAME` alone for the session, and with a part behind it
 * for all others. Two servers on one host name, where ports do not tell cookies apart, have two names.
 *
 * `__Host-` makes browsers insist on `Secure`, on `Path=/` and on no `Domain`, so
 * that no sibling site can plant one. Only over plain http on loopback, where browsers refuse that, does it
 * go by the bare name.
 */
export function hostCookie(part: string, config: AppConfig): string {
  const name = part === SESSION ? config.cookieName : `${config.cookieName}-${part}`;
  return config.secure ? `__Host-${name}` : name;
}

/**
 * The full name of a cookie of ours on the host of an application, by its origin: cookies of all ports are one jar, so the
 * port is in the name, unless it is that of https.
 */
export function cookieAt(
  origin: string,
  part: string,
  { cookieName }: Pick<AppConfig, 'cookieName'>,
): string {
  const name = `${cookieName}-${part}`;
  const port = /:(\d+)$/.exec(origin)?.[1];
  if (!origin.startsWith('https:')) return `${name}-${port ?? '80'}`;
  return port === undefined ? `__Host-${name}` : `__Host-${name}-${port}`;
}

/** A `Set-Cookie` value for a cookie that {@link cookieAt} named; otherwise as {@link setCookieLine}. */
export const setCookieLineAt = (origin: string, name: string, value: string, life: Duration): string =>
  cookieLine(name, value, life, origin.startsWith('https:'));

/** What the session's cookie is called here. */
export const SESSION = 'session';

/** What that of the last address is called for which a link was asked for. */
export const SENT = 'sent';

/** What every cookie of ours is: for this host alone, out of reach of scripts, not sent along by other sites. */
export const cookieAttributes = (config: AppConfig) =>
  ({ path: '/', httpOnly: true, sameSite: 'lax', secure: config.secure }) as const;

/** A `Set-Cookie` value for the cookie that {@link hostCookie} names; `value` must consist of cookie characters. A `life` of 0 takes the cookie away. */
export function setCookieLine(part: string, value: string, life: Duration, config: AppConfig): string {
  return cookieLine(hostCookie(part, config), value, life, config.secure);
}

const cookieLine = (name: string, value: string, life: Duration, secure: boolean): string =>
  `${name}=${value}; Max-Age=${wholeSeconds(life)}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;

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

/** A `Cookie` header without some cookies, by their names; where there are none of them, as it was sent. */
export function withoutCookies(header: string | undefined, isOne: (name: string) => boolean): string {
  const pairs = header?.split(';').map(pair => pair.trim()) ?? [];
  const others = pairs.filter(pair => !isOne(pair.split('=', 1)[0] ?? ''));
  return others.length === pairs.length ? (header ?? '') : others.join('; ');
}
