import type { IncomingHttpHeaders } from 'node:http';
import { digestOf, issueToken } from '../crypto/secret-token.js';

/** What every access token begins with: whoever finds one knows what it is, and tools that look for secrets find it. */
const MARK = 'gth_';

/** Characters of the check at the end. */
const CHECK = 6;

const SHAPE = /^gth_([\w-]{43})([\w-]{6})$/;

/** What has that shape, wherever it begins. */
const ANYWHERE = /(?=(gth_[\w-]{49}))/g;

/** Makes a token: `gth_`, 256 random bits, and a check by which a slip is told from a token that has ended. */
export function newToken(): { readonly plain: string; readonly digest: string } {
  const secret = issueToken().plain;
  const plain = MARK + secret + checkOf(secret);
  return { plain, digest: digestOf(plain) };
}

/** The digest of a token; null of what is none. */
export function tokenDigest(text: string): string | null {
  const [, secret = '', check] = SHAPE.exec(text) ?? [];
  return check !== undefined && check === checkOf(secret) ? digestOf(text) : null;
}

/** What a request says by a token. */
export interface SaidToken {
  /** The digest; null: it is none of ours, and lets nobody in. */
  readonly digest: string | null;
  /** Whether it stood in the header `Authorization`, which then does not go on. */
  readonly inAuthorization: boolean;
}

/**
 * The access token of a request: in `X-Gatehouse-Token`, as a Bearer token (RFC 6750) or as the password of Basic (RFC
 * 7617), with whatever username. Null: it has none, and what stands in `Authorization` is the application's.
 */
export function tokenIn(headers: IncomingHttpHeaders): SaidToken | null {
  const own = headers['x-gatehouse-token'];
  const said = inAuthorization(headers);
  if (own !== undefined) return { digest: tokenDigest(String(own)), inAuthorization: said !== null };
  return said === null ? null : { digest: tokenDigest(said), inAuthorization: true };
}

/**
 * What stands for one of ours there; null where it is the application's own. One of ours that stands there in another way, such
 * as in another scheme or as a name, is none: it opens nothing, and does not go on either.
 */
function inAuthorization({ authorization }: IncomingHttpHeaders): string | null {
  if (authorization === undefined) return null;
  // No blanks that two parts of it could take: a head full of them would keep the server busy for a second.
  const [, scheme = '', rest = ''] = /^(bearer|basic)[ \t]+([^ \t].*)$/i.exec(authorization.trimEnd()) ?? [];
  const isBasic = scheme.toLowerCase() === 'basic';
  const text = isBasic ? Buffer.from(rest, 'base64').toString('utf8') : rest;
  // Names with a colon in them are sent as well, against RFC 7617; a token holds none.
  const said = isBasic ? text.slice(text.lastIndexOf(':') + 1) : text;
  if (said.startsWith(MARK)) return said;
  return hasToken(text) || hasToken(authorization) ? '' : null;
}

/** So many that might be one are looked at: each costs a hash, and anybody may send a head full of them. */
const MOST_LOOKED_AT = 20;

/** Whether one of ours stands anywhere in a text; where too much looks like one, it counts as if one did. */
function hasToken(text: string): boolean {
  let looked = 0;
  for (const [, found = ''] of text.includes(MARK) ? text.matchAll(ANYWHERE) : []) {
    looked += 1;
    if (looked > MOST_LOOKED_AT || tokenDigest(found) !== null) return true;
  }
  return false;
}

/** Not a part of the digest that is stored. */
const checkOf = (secret: string): string => digestOf(`check of ${secret}`).slice(0, CHECK);
