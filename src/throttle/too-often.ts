import type { FormRefusal } from '../http/refused-form.js';
import type { Duration } from '../kernel/durations.js';
import { waitInWords } from '../pages/time-in-words.js';

/** Why a form is refused that was sent more often than its budget allows. */
export const tooOften = (retryAfter: Duration): FormRefusal => ({
  status: 429,
  sentence: `That was sent too often. Try again in ${waitInWords(retryAfter)}.`,
  retryAfter,
});
