import type { Duration } from '../kernel/durations.js';
import { waitInWords } from '../pages/time-in-words.js';

/** Why somebody cannot register, or not by that name. */
export const INVITED_ONLY =
  'You need an invitation to register here. Ask the people who run this site for one.';
export const NAME_TAKEN = 'That username is taken, or looks like one that is. Choose another.';
export const NAME_TAKEN_SINCE = 'That username has been taken in the meantime. Choose another.';
export const tooManyNames = (wait: Duration): string =>
  `Too many usernames have been tried. Try again in ${waitInWords(wait)}.`;
