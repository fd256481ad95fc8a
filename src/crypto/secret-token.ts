import { createHash, hash, timingSafeEqual } from 'node:crypto';
import { macOf } from './mac.js';
import { randomText } from './random.js';

/** A fresh secret: `plain` goes to its holder once, only `digest` is ever stored. */
export interface SecretToken {
  /** 256 random bits, 43 base64url characters. */
  readonly plain: string;
  /** SHA-256 of `plain`, 43 base64url characters. */
  readonly digest: string;
}

/** Makes a {@link SecretToken}. 256 bits need no slow hash at rest (ASVS 6.5.2, 11.5.1). */
export function issueToken(): SecretToken {
  const plain = randomText(32);
  return { plain, digest: digestOf(plain) };
}

/** The SHA-256 of a secret as base64url: what is stored and looked up in its place. */
export const digestOf = (plain: string): string => hash('sha256', plain, 'base64url');

/**
 * A secret that every node derives alike from a shared one, separated by purpose
 * (HMAC-SHA-256, NIST SP 800-108 in counter mode with one block).
 */
export const deriveSecret = (secret: string | Buffer, purpose: string): string =>
  macOf(secret, `gatehouse:${purpose}`);

/** Whether two secrets are equal, in a time that tells nothing of where they differ (ASVS 11.2.4). */
export function sameSecret(given: string, expected: string): boolean {
  const a = createHash('sha256').update(given).digest();
  const b = createHash('sha256').update(expected).digest();
  return timingSafeEqual(a, b);
}
