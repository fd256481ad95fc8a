import type { Instant } from '../kernel/clock.js';

/** The sign-in before the one that a session began with: when, from where, and with which device in words. */
export interface SignInBefore {
  readonly at: Instant;
  readonly ip: string;
  readonly device: string;
}
