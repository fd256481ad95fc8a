/** Longer ones are dropped, so that no `Location` outgrows what proxies take (ASVS 4.2.5). */
const MAX_LENGTH = 1024;
const MAX_LOCATION = 2048;

/** Any origin will do: what matters is whether the address leaves it. */
const HERE = 'https://gatehouse.invalid';

/** Pages that would send the person round in a circle, or straight out again, as loosely as Express matches. */
const NOT_A_DESTINATION = /^\/(login(\/second-step)?|user|logout|setup|confirm)?\/*$/i;

/**
 * The path and query on this site that `given` names, or null where it names none: another host, another
 * scheme, a protocol-relative or backslashed address, control characters. Parsed by the WHATWG URL parser,
 * which is what the browser will use on the `Location`, and given out as that parser wrote it (ASVS 1.5.3).
 */
export function returnTo(given: unknown): string | null {
  const address = addressHere(given);
  return address === null || NOT_A_DESTINATION.test(pathOf(address)) ? null : address;
}

/** The same of any page of this site, the sign-in page as well: for links, not for where people are sent. */
export function addressHere(given: unknown): string | null {
  if (typeof given !== 'string' || given.length > MAX_LENGTH || !/^\/(?![/\\])/.test(given)) return null;
  // Tab and newline vanish in the parser and could join what a check saw apart.
  if (/[\p{Cc}\\]/u.test(given) || !URL.canParse(given, HERE)) return null;
  const url = new URL(given, HERE);
  if (url.origin !== HERE || url.pathname.startsWith('//')) return null;
  // The parser writes one letter as up to nine characters.
  const address = url.pathname + url.search;
  return address.length > MAX_LENGTH ? null : address;
}

/** An address of this site without its query. */
export const pathOf = (address: string): string => new URL(address, HERE).pathname;

/** The query of an address of this site. */
export const queryOf = (address: string): URLSearchParams => new URL(address, HERE).searchParams;

/** The login page that brings people back to `address` afterwards, and the key of what it says to them. */
export function loginPageFor(address: string, done: string | null = null): string {
  const page = withReturnTo('/login', address);
  return done === null ? page : `${page}${page.includes('?') ? '&' : '?'}done=${done}`;
}

/**
 * The page of this site that a request was made on, from its `Referer`; null where that names none of ours, nor one
 * that people may be sent to.
 */
export const pageOf = (referer: string | undefined, publicOrigin: string): string | null =>
  returnTo(formPageOf(referer, publicOrigin));

/** The same of any page of this site, for a link back to its form. */
export function formPageOf(referer: string | undefined, publicOrigin: string): string | null {
  if (referer === undefined || !URL.canParse(referer)) return null;
  const { origin, pathname, search } = new URL(referer);
  return origin === publicOrigin ? addressHere(pathname + search) : null;
}

/** The page that asks for the password again and brings people back to `address` afterwards. */
export const confirmPageFor = (address: string): string => withReturnTo('/confirm', address);

/** The page of one's factors, which brings people back to `address` once they have added one. */
export const securityPageFor = (address: string): string => withReturnTo('/account/security', address);

function withReturnTo(page: string, address: string): string {
  const back = returnTo(address);
  const whole = back === null ? page : `${page}?return_to=${encodeURIComponent(back)}`;
  return whole.length > MAX_LOCATION ? page : whole;
}
