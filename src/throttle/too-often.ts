import type { FormRefusal } from '../http/refused-form.js';
import type { Duration } from '../kernel/durations.js';
import { sentTooOften } from './throttle.words.js';

/** What a form that came too often is told, and what the security log calls it. */
interface TooOften {
  /** What is said of it. */
  readonly sentence?: string;
  /** What was asked for: mails, names; the form itself where nothing is said. */
  readonly what?: string;
}

/** Why a form is refused that was sent more often than its budget allows. */
export const tooOften = (
  retryAfter: Duration,
  { sentence = sentTooOften(retryAfter), what = 'form' }: TooOften = {},
): FormRefusal => ({ status: 429, sentence, retryAfter, limited: what });
