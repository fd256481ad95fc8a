import { CHANGED_ELSEWHERE } from '../account.words.js';
import { LAST_FACTOR, LAST_WAY_IN } from './security.words.js';

/** What is said where something else was done to the account meanwhile. */
export const ELSEWHERE = CHANGED_ELSEWHERE;

/** Why a factor is not removed. */
export const lossRefusalOf = (why: 'last-way-in' | 'last-factor') =>
  ({ outcome: 'no', sentence: why === 'last-way-in' ? LAST_WAY_IN : LAST_FACTOR }) as const;
