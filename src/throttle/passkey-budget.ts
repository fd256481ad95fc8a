import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { SecretRing } from '../crypto/secret-ring.js';
import { deriveSecret } from '../crypto/secret-token.js';
import { Clock } from '../kernel/clock.js';
import { type Duration, minutes, seconds } from '../kernel/durations.js';
import { addressBlock } from './address-block.js';
import type { BudgetPolicy } from './attempt-policy.js';
import { AttemptStore, type Budget } from './attempt-store.js';

/** Passkeys that were refused, from one network address or one device that the account knows. */
export const PASSKEY_BUDGET: BudgetPolicy = {
  free: 20,
  firstDelay: seconds(30),
  longestDelay: minutes(10),
  memory: minutes(30),
};

/** Who shows a passkey. */
export interface PasskeyFrom {
  readonly ip: string;
  /** Names a device that has signed in to the passkey's account before; null for all others, which their address counts. */
  readonly knownDevice: string | null;
}

/**
 * Bounds what machines may ask that show passkeys which are none. Nobody guesses a signature: this keeps the log and the
 * processor free, and never stands between anybody and their password.
 */
@Injectable()
export class PasskeyBudget {
  constructor(
    private readonly store: AttemptStore,
    private readonly clock: Clock,
    private readonly secrets: SecretRing,
  ) {}

  /** Counts one as refused, before it is looked at. @returns how long to wait; null for not at all. @throws Unavailable */
  count(from: PasskeyFrom): Promise<Duration | null> {
    return this.store.spend([this.budgetOf(from)], this.clock.now());
  }

  /** It was accepted, or never decided: it does not count. @param within the transaction to do it in. @throws Unavailable */
  async giveBack(from: PasskeyFrom, within: EntityManager | null = null): Promise<void> {
    await this.store.giveBack([], [this.budgetOf(from)], this.clock.now(), { within });
  }

  private budgetOf({ ip, knownDevice }: PasskeyFrom): Budget {
    const who = knownDevice === null ? `from ${addressBlock(ip)}` : `by ${knownDevice}`;
    return {
      key: deriveSecret(this.secrets.first('passkey budgets'), who),
      policy: PASSKEY_BUDGET,
    };
  }
}
