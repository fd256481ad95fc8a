import { waitInWords } from '../pages/time-in-words.js';
import type { Duration } from '../kernel/durations.js';
import type { SignInOutcome } from './sign-in.js';

/** What a sign-in that did not work is answered, on a page or as a problem. */
export interface Refusal {
  readonly outcome: 'no';
  /** 401 as a problem; the page that says the same is a 422. */
  readonly status: 401 | 429 | 503;
  readonly sentence: string;
  /** When trying again makes sense; null: at once. */
  readonly retryAfter: Duration | null;
}

/** The answer to an outcome that is no welcome. @param wrong what a wrong password is told. */
export function refusalOf(outcome: Exclude<SignInOutcome, { outcome: 'welcome' }>, wrong: string): Refusal {
  switch (outcome.outcome) {
    case 'refused':
      return { outcome: 'no', status: 401, sentence: wrong, retryAfter: null };
    case 'throttled': {
      const { retryAfter } = outcome;
      const sentence = `Too many attempts. Try again in ${waitInWords(retryAfter)}.`;
      return { outcome: 'no', status: 429, sentence, retryAfter };
    }
    case 'busy': {
      const sentence = 'Many people are signing in right now. Wait a few seconds, then try again.';
      return { outcome: 'no', status: 503, sentence, retryAfter: outcome.retryAfter };
    }
  }
}
