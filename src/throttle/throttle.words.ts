import type { Duration } from '../kernel/durations.js';
import { waitInWords } from '../pages/time-in-words.js';

/** What a form is told that was sent more often than its budget allows. */
export const sentTooOften = (wait: Duration): string =>
  `That was sent too often. Try again in ${waitInWords(wait)}.`;
