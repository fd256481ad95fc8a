import type { Duration } from '../kernel/durations.js';
import { waitInWords } from '../pages/time-in-words.js';

/** One sentence for an unknown person, a wrong password and a disabled account (ASVS 6.3.8). */
export const WRONG = 'Invalid username or password';

/** What a form is told that signs in or confirms. */
export const ENTER_LOGIN = 'Enter your username or e-mail.';
export const ENTER_PASSWORD = 'Enter your password.';
export const NOT_YOUR_PASSWORD = 'That is not your password.';
export const MANY_SIGN_INS = 'Many people are signing in right now. Wait a few seconds, then try again.';
export const tooManyAttempts = (wait: Duration): string =>
  `Too many attempts. Try again in ${waitInWords(wait)}.`;

/** What is said after confirming. @param to what is left to do, as it stands behind "to". */
export const nowYouCan = (to: string): string => `You have confirmed that it’s you. Now you can ${to}.`;

/** What whoever sets up the first account is told of the code. */
export const NOT_THE_CODE = 'That is not the code. The server printed it when it started: look in its log.';
export const tooManyCodes = (wait: Duration): string =>
  `Too many codes have been tried. Try again in ${waitInWords(wait)}.`;

/** What guards say to somebody who is signed in. */
export const NOT_ALLOWED = 'Your account is not allowed to do that. Ask the people who run this site.';
export const CONFIRM_FIRST = 'Confirm who you are at /confirm first.';

/** What a program is told whose password was right. */
export const SECOND_STEP =
  'The password was right. Send a code of your second factor to the address in "next".';
export const ENROL_FIRST =
  'The password was right, but this site asks everybody for a second factor, and you have none. Sign in with a browser to add one: the address in "next" opens with the cookie of this answer only.';
export const STEP_OVER = 'That took too long, or too many codes were wrong. Sign in again from the start.';
export const START_AGAIN = 'That page was open for too long. Here is a new secret: scan it again.';
export const NOT_TAKEN_YET = 'This asks for your second factor, so nothing was done yet. Send it once more.';
export const FACTOR_FIRST = 'This asks for a second factor, and you have none yet. Add one, then come back.';

/** What somebody has left, where nobody knows what it is called. */
export const SOME_APPLICATION = 'an application';
