import type { Duration } from '../kernel/durations.js';
import { MANY_SIGN_INS, tooManyAttempts } from './auth.words.js';
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
      return { outcome: 'no', status: 429, sentence: tooManyAttempts(retryAfter), retryAfter };
    }
    case 'busy':
      return { outcome: 'no', status: 503, sentence: MANY_SIGN_INS, retryAfter: outcome.retryAfter };
  }
}
