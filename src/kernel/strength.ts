import { type Duration, hours } from './durations.js';
import type { AuthenticationMethod } from './principal.js';

/**
 * How strongly somebody has proved who they are: 1 by one factor, 2 by two of different kinds (63B: AAL1, AAL2 without its
 * other demands). 0 opens nothing.
 */
export type Strength = 0 | 1 | 2;

/** How long ago two factors may have been shown where strength 2 is asked for and nothing else is said. */
export const STRENGTH_WITHIN: Duration = hours(24);

/** Methods that show something one has. */
const HAVING: readonly AuthenticationMethod[] = ['otp', 'hwk', 'swk'];
const KEYS: readonly AuthenticationMethod[] = ['hwk', 'swk'];

/**
 * The strength of what was proved, by RFC 8176 references. A password is 1; with a code, a recovery code or any registered
 * key beside it 2; a key that verified its user (`mfa`) is 2 by itself; a key that did not, or a code, is nothing alone.
 */
export function strengthOf(amr: readonly AuthenticationMethod[]): Strength {
  const shows = (methods: readonly AuthenticationMethod[]) => methods.some(method => amr.includes(method));
  if (amr.includes('mfa') && shows(KEYS)) return 2;
  if (!amr.includes('pwd')) return 0;
  return shows(HAVING) ? 2 : 1;
}
