import type { FormRefusal } from '../http/refused-form.js';
import type { Duration } from '../kernel/durations.js';
import { sentTooOften } from './throttle.words.js';

/** Why a form is refused that was sent more often than its budget allows. @param sentence what is said of it */
export const tooOften = (retryAfter: Duration, sentence = sentTooOften(retryAfter)): FormRefusal => ({
  status: 429,
  sentence,
  retryAfter,
});
