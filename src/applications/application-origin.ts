import { isLoopbackHost } from '../config/loopback.js';

/** Why a text is no origin that an application may have. */
export type WrongOrigin = 'no-origin' | 'plain-http';

/**
 * The origin of an application as browsers write it (RFC 6454, section 6.2): `HTTPS://Wiki.Example.com:443/` is
 * `https://wiki.example.com`. Plain http only on this machine: on the way through a network anybody could read the
 * session, and browsers keep no `__Host-` cookie there.
 */
export function applicationOrigin(text: string): string | WrongOrigin {
  if (!/^https?:\/\/[^/\\?#@\s]+\/?$/i.test(text) || !URL.canParse(text)) return 'no-origin';
  const { protocol, hostname, origin } = new URL(text);
  // A name with a full stop behind it is another one for browsers, and the same for many servers.
  if (hostname.endsWith('.') || hostname.includes('*')) return 'no-origin';
  return protocol === 'https:' || isLoopbackHost(hostname) ? origin : 'plain-http';
}

/** By what an origin is found by the header `Host`. */
export const hostOf = (origin: string): string => plainHost(origin.slice(origin.indexOf('//') + 2));

/** Without the port, too: cookies know none. */
export const hostNameOf = (origin: string): string => hostOf(origin).replace(/:\d+$/, '');

/** A `Host` as it is compared: `Wiki.example.com:443` is `wiki.example.com`. */
export const plainHost = (host: string): string => host.toLowerCase().replace(/:(443|80)$/, '');
