import { digestOf } from '../crypto/secret-token.js';
import { BUDGETS } from './attempt-policy.js';
import type { Budget } from './attempt-store.js';

/** Wrong codes in a row of which the owner is told: somebody guesses who knows the password. */
export const TOLD_AFTER = 10;

/*
 * Counts that no clock ends. They stand under no secret, because none lasts for as long: what is counted is nothing that
 * somebody typed.
 */

/**
 * How often the password of an account was wrong in a row.
 * @param whose an account's id; or a place of names that nobody has. They are counted alike, but there are as many of them as
 * anybody likes.
 */
export function passwordCountOf(whose: string): Budget {
  const { password: policy } = BUDGETS;
  const key = digestOf(JSON.stringify(['gatehouse attempts of a password', whose]));
  return { key, policy, quiet: true, alarms: [policy.free] };
}

/** How often codes of an account's second step were wrong in a row. */
export function codeCountOf(account: string): Budget {
  const { 'second-step-row': policy } = BUDGETS;
  const key = digestOf(JSON.stringify(['gatehouse attempts of a second factor', account]));
  return { key, policy, quiet: true, alarms: [TOLD_AFTER, policy.free] };
}
