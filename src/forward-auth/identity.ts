import { confirmedAddress } from '../users/confirmed-address.js';
import type { Inside } from './insiders.js';

/**
 * The headers by which an application learns who is there. Always all of them, empty for nobody: Caddy fills the place of
 * one that is absent with a text of its own, and who is asked by none may take a header that a visitor sent.
 */
export const IDENTITY_HEADERS = [
  'Remote-Id',
  'Remote-User',
  'Remote-Name',
  'Remote-Email',
  'Remote-Groups',
  'Remote-Assertion',
] as const;

/** The longest value, in bytes of UTF-8: all together stay below what proxies take, by default 4 kB of a head. */
const LONGEST = 1400;

/**
 * Their values as Node writes headers: each UTF-8 byte a character. In the order of {@link IDENTITY_HEADERS}, without the
 * assertion. Of the person and the application alone.
 */
export function identityOf({
  person,
  application: { told },
}: Pick<Inside, 'person' | 'application'>): readonly string[] {
  const groups = person.groups.filter(group => told.groups.includes(group));
  return [
    person.id,
    person.username,
    told.name ? person.displayName : '',
    told.email ? (confirmedAddress(person) ?? '') : '',
    groups.join(),
  ].map(headerValue);
}

/** No control character, and no line end that would begin another header; cut where it is too long. */
function headerValue(text: string): string {
  // Nearly all are ASCII, and stand as they are.
  if (/^[ -~]{0,255}$/.test(text)) return text.trim();
  const clean = text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ').trim();
  return Buffer.from(clean, 'utf8').subarray(0, LONGEST).toString('latin1');
}
