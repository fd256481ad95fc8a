import type { IncomingHttpHeaders } from 'node:http';

/** What a proxy asks: may this request go on to the application behind it? */
export interface Question {
  /** As browsers write it, as far as anybody can tell; looked up, and put into no address. */
  readonly origin: string;
  /** The path and query, raw. */
  readonly address: string;
  readonly method: string;
  /** Where COPY and MOVE of WebDAV write (RFC 4918, section 10.3), raw; null where the request names no such place. */
  readonly destination: string | null;
}

/** A proxy's way of asking: the last part of the path it asks at. */
export type Dialect = 'nginx' | 'caddy' | 'traefik';

export const DIALECTS: readonly Dialect[] = ['nginx', 'caddy', 'traefik'];

/** Scheme, host and port, then one slash and what follows. No name before the host: nobody asks so. */
const WHOLE = /^(https?):\/\/([^/?#\\@\s]+)(\/.*)$/i;

/** One slash and then none; ASCII that can be printed; neither a backslash nor a hash, which programs read differently. */
const ADDRESS = /^\/(?!\/)[!"$-[\]-~]*$/;

const METHOD = /^[A-Z][A-Z-]{0,30}$/;

/**
 * The question in a request of this dialect; null where it is none that can be answered: headers are absent or came twice,
 * or an address may be read in two ways. Headers of the other dialects are no part of it.
 */
export function questionIn(dialect: Dialect, headers: IncomingHttpHeaders): Question | null {
  return dialect === 'nginx' ? inOriginal(headers) : inForwarded(headers);
}

/** nginx is told to write the whole address into one header. */
function inOriginal(headers: IncomingHttpHeaders): Question | null {
  const [, scheme = '', host = '', address = ''] = WHOLE.exec(one(headers['x-original-url'])) ?? [];
  return checked({ scheme, host, address, method: one(headers['x-original-method']) }, headers);
}

function inForwarded(headers: IncomingHttpHeaders): Question | null {
  const parts = {
    scheme: one(headers['x-forwarded-proto']),
    host: one(headers['x-forwarded-host']),
    address: one(headers['x-forwarded-uri']),
    method: one(headers['x-forwarded-method']),
  };
  return checked(parts, headers);
}

type Parts = Readonly<Record<'scheme' | 'host' | 'address' | 'method', string>>;

function checked(
  { scheme, host, address, method }: Parts,
  { destination }: IncomingHttpHeaders,
): Question | null {
  if (!ADDRESS.test(address) || !METHOD.test(method) || !/^https?$/i.test(scheme)) return null;
  return {
    origin: originOf(scheme.toLowerCase(), host.toLowerCase()),
    address,
    method,
    destination: destination === undefined ? null : one(destination),
  };
}

/** Browsers leave the port out where it is the scheme's own; some proxies do not. */
function originOf(scheme: string, host: string): string {
  const usual = scheme === 'https' ? ':443' : ':80';
  return `${scheme}://${host.endsWith(usual) ? host.slice(0, -usual.length) : host}`;
}

/** A header that came twice is a list of both, with a blank between them, which nothing here may hold. */
const one = (header: string | string[] | undefined): string => (typeof header === 'string' ? header : '');

/** The path of an address, raw. */
export function pathOf(address: string): string {
  const end = address.indexOf('?');
  return end === -1 ? address : address.slice(0, end);
}

/**
 * Whether all that a request is about has a path of this kind, at its own origin: what it names, and where it writes what it
 * copies or moves.
 * @param isOne told raw paths.
 */
export function isAbout(
  { origin, address, destination }: Question,
  isOne: (path: string) => boolean,
): boolean {
  if (!isOne(pathOf(address))) return false;
  if (destination === null) return true;
  const path = pathThere(destination, origin);
  return path !== null && isOne(path);
}

/** The raw path of a destination, which may be written with the origin or without; null where it is elsewhere, or unclear. */
function pathThere(destination: string, origin: string): string | null {
  const [, scheme = '', host = '', address = destination] = WHOLE.exec(destination) ?? [];
  if (scheme !== '' && originOf(scheme.toLowerCase(), host.toLowerCase()) !== origin) return null;
  return ADDRESS.test(address) ? pathOf(address) : null;
}
