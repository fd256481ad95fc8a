import { Injectable } from '@nestjs/common';
import { SecretRing } from '../crypto/secret-ring.js';
import { deriveSecret } from '../crypto/secret-token.js';
import { Clock } from '../kernel/clock.js';
import type { Duration } from '../kernel/durations.js';
import { addressBlock } from './address-block.js';
import { type BudgetKind, BUDGETS } from './attempt-policy.js';
import { AttemptStore, type Budget } from './attempt-store.js';

/** Who tries to get into what. */
export interface Guess {
  /** What is guessed at: an account, or a name that nobody has, which is counted alike. */
  readonly account: string;
  readonly ip: string;
  /** Names a device that has signed in to this account before; null for all others. */
  readonly knownDevice: string | null;
}

export type AdmitOutcome =
  /** Verify it, then say how it went with `attempt`. */
  | { readonly outcome: 'admitted'; readonly attempt: AdmittedAttempt }
  | { readonly outcome: 'throttled'; readonly retryAfter: Duration };

/** An attempt that is already counted as failed. */
export interface AdmittedAttempt {
  /** It succeeded: what was counted for it and against its account is taken back. */
  readonly succeeded: () => Promise<void>;
  /** It was never decided, because something here failed: it does not count. */
  readonly abandoned: () => Promise<void>;
}

/**
 * Makes guessing slow without letting anybody lock the owner out. A device that has signed in before is
 * counted by itself alone, so nothing that happens elsewhere can use its budget up (ASVS 6.1.1, 6.3.1).
 */
@Injectable()
export class SignInThrottle {
  constructor(
    private readonly store: AttemptStore,
    private readonly clock: Clock,
    private readonly secrets: SecretRing,
  ) {}

  /** Counts the attempt as failed before it is verified, so that parallel ones cannot outrun the count. @throws Unavailable */
  async admit(guess: Guess): Promise<AdmitOutcome> {
    const { own, shared } = this.budgetsOf(guess);
    const retryAfter = await this.store.spend([...own, ...shared], this.clock.now());
    if (retryAfter !== null) return { outcome: 'throttled', retryAfter };
    const attempt = {
      succeeded: () => this.store.giveBack(own, shared, this.clock.now()),
      abandoned: () => this.store.giveBack([], [...own, ...shared], this.clock.now()),
    };
    return { outcome: 'admitted', attempt };
  }

  /** Forgets what was counted against an account, from everywhere and from this address: its owner has proved themselves. */
  async lift(account: string, ip: string): Promise<void> {
    await this.store.giveBack(this.budgetsOf({ account, ip, knownDevice: null }).own, [], this.clock.now());
  }

  /** `own` budgets are cleared by a success; of `shared` ones it gets back only what it took. */
  private budgetsOf({ account, ip, knownDevice }: Guess): {
    own: readonly Budget[];
    shared: readonly Budget[];
  } {
    if (knownDevice !== null) return { own: [this.budget('known-device', account, knownDevice)], shared: [] };
    const block = addressBlock(ip);
    const own = [this.budget('account-and-address', account, block), this.budget('account', account)];
    return { own, shared: [this.budget('address', block)] };
  }

  private budget(kind: BudgetKind, ...what: readonly string[]): Budget {
    return {
      key: deriveSecret(this.secrets.first('attempt budgets'), JSON.stringify([kind, ...what])),
      policy: BUDGETS[kind],
    };
  }
}
