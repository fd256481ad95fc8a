import type { Duration } from '../kernel/durations.js';
import { waitInWords } from '../pages/time-in-words.js';

/** One sentence for a wrong code, one that was used before, and one that is too old. */
export const WRONG_CODE =
  'That code does not work. Codes work once, for about a minute: wait for the next one, and check that the time on your phone is right.';
export const WRONG_RECOVERY_CODE = 'That recovery code does not work. Each works once.';
export const WRONG_RESET_CODE =
  'That code does not work. The last one that was sent to you works, for half an hour.';
export const WRONG_KEY = 'That did not work. Try again, or use another way.';

export const ENTER_CODE = 'Enter the code that your authenticator app shows.';
export const ENTER_RECOVERY_CODE = 'Enter one of the recovery codes that you saved.';
export const ENTER_RESET_CODE = 'Enter the code that was given or mailed to you.';
export const SHOW_KEY = 'Use a passkey to go on.';
export const tooManyFactors = (wait: Duration): string =>
  `Too many codes have been tried. Try again in ${waitInWords(wait)}.`;

/** What mails and pages call the factors. */
export const AN_AUTHENTICATOR = 'an authenticator app';
export const A_RECOVERY_CODE = 'a recovery code';

/** How many recovery codes are left, as a mail says it behind a semicolon. */
export function codesLeft(count: number): string {
  if (count === 0) return 'it was the last one, so make new ones now';
  return count === 1 ? 'one is left' : `${count} are left`;
}
