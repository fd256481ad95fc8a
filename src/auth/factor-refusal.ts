import type { FieldErrors } from '../kernel/field-errors.js';
import type { Duration } from '../kernel/durations.js';
import type { AnswerField } from '../second-factor/factor-kinds.js';
import type { FactorOutcome } from '../second-factor/second-step.js';
import {
  ENTER_CODE,
  ENTER_RECOVERY_CODE,
  ENTER_RESET_CODE,
  SHOW_KEY,
  tooManyFactors,
  WRONG_CODE,
  WRONG_KEY,
  WRONG_RECOVERY_CODE,
  WRONG_RESET_CODE,
} from '../second-factor/second-factor.words.js';

/** What a second factor that did not do is answered, on a page or as a problem. */
export interface FactorRefusal {
  readonly outcome: 'no';
  readonly status: 401 | 429;
  readonly errors?: FieldErrors;
  readonly sentence?: string;
  readonly retryAfter?: Duration;
}

const WRONG: Readonly<Record<AnswerField, string>> = {
  code: WRONG_CODE,
  recovery_code: WRONG_RECOVERY_CODE,
  reset_code: WRONG_RESET_CODE,
  passkey: WRONG_KEY,
  challenge: WRONG_KEY,
};

const EMPTY: Readonly<Record<AnswerField, string>> = {
  code: ENTER_CODE,
  recovery_code: ENTER_RECOVERY_CODE,
  reset_code: ENTER_RESET_CODE,
  passkey: SHOW_KEY,
  challenge: SHOW_KEY,
};

/**
 * The answer where what was shown was right, and could not be used: somebody else was faster, or the key may be a copy. Told like a
 * wrong one. @param method what was shown, as the log calls it
 */
export function unusedFactor(method: string): FactorRefusal {
  const field = method === 'recovery_code' || method === 'passkey' ? method : 'code';
  return factorRefusalOf({ outcome: 'wrong', field });
}

/** An outcome that shows no factor, as far as its answer goes. */
type NotShown =
  | Exclude<FactorOutcome, { outcome: 'shown' | 'wrong' }>
  | { readonly outcome: 'wrong'; readonly field: AnswerField };

/** The answer to an outcome that shows no factor: for each kind the same, whatever was wrong with it. */
export function factorRefusalOf(outcome: NotShown): FactorRefusal {
  switch (outcome.outcome) {
    case 'empty':
      return saidAt(outcome.field, EMPTY);
    case 'wrong':
      return saidAt(outcome.field, WRONG);
    case 'throttled': {
      const { retryAfter } = outcome;
      return { outcome: 'no', status: 429, sentence: tooManyFactors(retryAfter), retryAfter };
    }
  }
}

/** What is typed has a field to be marked; a key has none. */
function saidAt(field: AnswerField, sentences: Readonly<Record<AnswerField, string>>): FactorRefusal {
  const sentence = sentences[field];
  const isKey = field === 'passkey' || field === 'challenge';
  return { outcome: 'no', status: 401, ...(isKey ? { sentence } : { errors: { [field]: sentence } }) };
}
