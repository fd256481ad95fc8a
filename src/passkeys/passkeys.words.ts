import type { Duration } from '../kernel/durations.js';
import { waitInWords } from '../pages/time-in-words.js';

/** A passkey as mails and pages name it. */
export const factorCalled = (name: string): string => `the passkey “${name}”`;

/** What the password is asked for again, as it stands behind "to". */
export const TO_ADD = 'add a passkey';
export const TO_REMOVE = 'remove a passkey';
export const TO_READMIT = 'use a passkey again';

/** What is said on the next page when something has been done. */
export const added = (name: string, isFirst: boolean): string =>
  `The passkey “${name}” has been added. From now on you can sign in with it.${isFirst ? FIRST : ''}`;
/** Of somebody who had no second factor. */
const FIRST = ' Your password alone opens nothing any more, and you have been signed out everywhere else.';
export const removed = (name: string): string =>
  `The passkey “${name}” has been removed. It opens nothing here any more; where it is still kept, you can delete it there as well.`;
export const RENAMED = 'The passkey has its new name.';
export const readmitted = (name: string): string => `The passkey “${name}” works again.`;

/** One sentence for whatever is wrong with a passkey at sign-in. */
export const NOT_ACCEPTED =
  'That passkey was not accepted. Try again, or sign in with your password: a passkey that was removed here may still be kept on your device.';
export const tooManyPasskeys = (wait: Duration): string =>
  `Too many passkeys have been refused here. Try again in ${waitInWords(wait)}, or sign in with your password.`;

/** Why a passkey was not added. */
export const TOOK_TOO_LONG =
  'That took too long, so the passkey was not added. Try again. You can delete the one just made on your device.';
export const NOT_ADDED =
  'That passkey could not be added. Try again, or take another device or password manager.';
export const KNOWN_ALREADY = 'That passkey has been added already.';
export const enough = (most: number): string =>
  `You have ${most} passkeys, and more are not kept. Remove one first.`;
export const NOT_NOW = 'Your session has changed meanwhile, so nothing was done. Try again.';

/** What is said where a page is about one that somebody does not have. */
export const NO_SUCH =
  'You have no such passkey. It may have been removed meanwhile: those that you have are listed under “Security”.';

/** Why one was not admitted again. */
export const NOT_ACCEPTED_HERE = 'That passkey was not accepted. Try again, or remove it and add it anew.';

/** Why one was not removed. */
export const LAST_WAY_IN = 'It is your only way in. Add another passkey first, or set a password.';
export const LAST_FACTOR =
  'Your account must have a second factor, and it is the only one. Add another one first.';
export const nameProblem = (most: number): string =>
  `Use 1 to ${most} characters that can be seen, all on one line.`;

/** What a passkey is, in words. */
export const SYNCED = 'Synced: it may be on several of your devices';
export const THIS_DEVICE_ONLY = 'This device only';
