import { codeOf, periodAt } from '../crypto/one-time-code.js';
import { sameSecret } from '../crypto/secret-token.js';
import type { Instant } from '../kernel/clock.js';

/** What somebody may type: six digits, also those as wide as Chinese letters, with whatever blanks or hyphens between them. */
export function codeIn(typed: string): string | null {
  const plain = typed.normalize('NFKC').replaceAll(/[\s\u200b-\u200f\u2060\ufeff-]/gu, '');
  return /^\d{6}$/.test(plain) ? plain : null;
}

/**
 * The period whose code this is: the one before, the present one or the next, because clocks differ. All are looked at, in
 * a time that tells nothing. @param after only later ones count. @returns null for none.
 */
export function matchingPeriod(secret: Buffer, code: string, now: Instant, after: number): number | null {
  const present = periodAt(now);
  const matching = [present - 1, present, present + 1].filter(
    period => sameSecret(code, codeOf(secret, period)) && period > after,
  );
  return matching[0] ?? null;
}
