import type { IncomingHttpHeaders } from 'node:http';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a method only reads (RFC 9110 9.2.1). */
export const isSafeMethod = (method: string): boolean => SAFE_METHODS.has(method);

/** Where a request that changes something comes from. */
export type RequestSource = 'this-site' | 'elsewhere' | 'no-browser';

/**
 * Tells where a changing request comes from, by what browsers themselves say (OWASP CSRF sheet, Fetch
 * Metadata with a fallback). A sibling site counts as elsewhere: what is cross-origin is hostile.
 *
 * 1. `Sec-Fetch-Site` with a known value decides. `none` is the person's own doing (address bar, bookmark).
 * 2. Else `Origin` must equal the configured public origin, to the letter; `null` does not.
 * 3. Neither: no browser sends that, and only browsers carry somebody else's cookie along.
 */
export function sourceOf(headers: IncomingHttpHeaders, publicOrigin: string): RequestSource {
  const site = headers['sec-fetch-site'];
  if (site === 'same-origin' || site === 'none') return 'this-site';
  if (site === 'same-site' || site === 'cross-site') return 'elsewhere';
  if (headers.origin !== undefined) return headers.origin === publicOrigin ? 'this-site' : 'elsewhere';
  return site === undefined ? 'no-browser' : 'elsewhere';
}

const FRAMES = ['object', 'embed', 'iframe', 'frame', 'fencedframe'];

/**
 * Whether a page, ours as well, loads this address as a part of itself: a picture, a frame, a script, a fetch. What sends no
 * Fetch Metadata does not say so.
 */
export const isEmbedded = ({
  'sec-fetch-mode': mode,
  'sec-fetch-dest': destination,
}: IncomingHttpHeaders): boolean =>
  (mode !== undefined && mode !== 'navigate') || FRAMES.includes(String(destination));

/**
 * Whether a foreign page tries to load this address as a part of itself: an image, a frame, a script, a
 * fetch (ASVS 3.5.8). Following a link to it is fine.
 */
export function isForeignEmbedding(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== 'cross-site' && site !== 'same-site') return false;
  return headers['sec-fetch-mode'] === undefined || isEmbedded(headers);
}

/**
 * Whether a link was followed on another page than one of this site: by `Sec-Fetch-Site`, or where that is absent by the
 * origin or the page that the browser names. What names nothing comes from nowhere.
 */
export function comesFromElsewhere(headers: IncomingHttpHeaders, publicOrigin: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin, referer } = headers;
  if (origin !== undefined && origin !== publicOrigin) return true;
  return referer !== undefined && !(URL.canParse(referer) && new URL(referer).origin === publicOrigin);
}
