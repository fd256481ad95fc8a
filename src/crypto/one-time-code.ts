import { createHmac } from 'node:crypto';
import type { Instant } from '../kernel/clock.js';
import { type Duration, seconds } from '../kernel/durations.js';

/** How long a code is shown. */
export const PERIOD: Duration = seconds(30);

/** Digits of a code. */
export const DIGITS = 6;

/** The period of an instant: how many have passed since the epoch (RFC 6238, section 4.2: T0 = 0). */
export const periodAt = (at: Instant): number => Math.floor(at / PERIOD);

/**
 * The one-time code of a period (RFC 4226 with RFC 6238's counter). HMAC-SHA-1, because authenticator apps ignore anything
 * else; what is known of SHA-1's collisions does not touch an HMAC.
 * @param digits 6 everywhere but in the vectors of the RFC.
 */
export function codeOf(secret: Buffer, period: number, digits = DIGITS): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(period));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0xf;
  const number = mac.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** digits).padStart(digits, '0');
}
