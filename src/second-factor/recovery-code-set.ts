import { randomText } from '../crypto/random.js';
import { lettersIn, newLetters } from './letters.js';

/** Codes of a set, and letters of a code: 50 bits. */
export const HOW_MANY = 10;
const LETTERS = 10;

/** Codes that are shown together, once. */
export interface RecoveryCodeSet {
  readonly id: string;
  /** Without the hyphen that they are shown with. */
  readonly codes: readonly string[];
  /** The set that was in force when they were shown; null: none was. */
  readonly replaces: string | null;
}

/**
 * What comes of a set that is to take the place of the one that was there when it was shown: `again` where it is in force
 * already, because somebody sent the form twice; `overtaken` where another one is, or those of before are gone.
 */
export type ReplaceOutcome = 'replaced' | 'again' | 'overtaken';

/** New ones; nothing is stored yet. @param replaces the set that they are to take the place of */
export const newRecoveryCodes = (replaces: string | null): RecoveryCodeSet => ({
  id: randomText(12),
  replaces,
  codes: Array.from({ length: HOW_MANY }, () => newLetters(LETTERS)),
});

/** The code that somebody typed; null where it can be none. */
export const recoveryCodeIn = (typed: string): string | null => lettersIn(typed, LETTERS);
