import { Injectable } from '@nestjs/common';
import { SecretRing } from '../crypto/secret-ring.js';
import { deriveSecret } from '../crypto/secret-token.js';
import type { Whose } from '../database/write-line.js';
import { Clock } from '../kernel/clock.js';
import type { Duration } from '../kernel/durations.js';
import { addressBlock } from './address-block.js';
import { type BudgetKind, BUDGETS } from './attempt-policy.js';
import { AttemptStore, type Budget } from './attempt-store.js';

/** Who tries to get into what. */
export interface Guess {
  /** What was typed as a name, folded. The strict budgets count it, so they do not tell what else the account is called. */
  readonly name: string;
  /** The id of the account that has this name; null where nobody has, which is counted alike. */
  readonly account: string | null;
  readonly ip: string;
  /** Names a device that has signed in to this account before; null for all others. */
  readonly knownDevice: string | null;
}

export type AdmitOutcome =
  /**
   * Verify it, then say how it went with `attempt`. `spent`: the account allows none now, whatever it was called. That
   * must look like a wrong password, or it would tell which names are one account.
   */
  | { readonly outcome: 'admitted'; readonly spent: boolean; readonly attempt: AdmittedAttempt }
  | { readonly outcome: 'throttled'; readonly retryAfter: Duration };

/** An attempt that is already counted as failed. */
export interface AdmittedAttempt {
  /** It succeeded: what was counted for it and against its account is taken back. */
  readonly succeeded: () => Promise<void>;
  /**
   * It was never decided, because something here failed: it does not count. Where many write this takes its time, and
   * nobody need wait for it.
   */
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

  /** Counts the attempt as failed before it is verified, so that parallel ones cannot outrun the count. @param whose as in {@link AttemptStore.count}. @throws Unavailable */
  async admit(guess: Guess, whose?: Whose): Promise<AdmitOutcome> {
    const { own, shared } = this.budgetsOf(guess);
    const done = await this.store.count([...own, ...shared], this.clock.now(), whose);
    if (done.outcome === 'refused') return { outcome: 'throttled', retryAfter: done.retryAfter };
    const { spent } = done;
    const counted = [...own, ...shared].filter(({ quiet = false }) => !(quiet && spent));
    const attempt = {
      succeeded: () => this.store.giveBack(own, shared, this.clock.now()),
      abandoned: () => this.store.giveBack([], counted, this.clock.now(), 'server'),
    };
    return { outcome: 'admitted', spent, attempt };
  }

  /**
   * Forgets what was counted against an account from everywhere, and against its names from this address: its owner has
   * proved themselves.
   */
  async lift(account: string, names: readonly string[], ip: string): Promise<void> {
    const lifted = names.flatMap(name => this.budgetsOf({ name, account, ip, knownDevice: null }).own);
    const different = new Map(lifted.map(budget => [budget.key, budget]));
    await this.store.giveBack([...different.values()], [], this.clock.now());
  }

  /** `own` budgets are cleared by a success; of `shared` ones it gets back only what it took. */
  private budgetsOf({ name, account, ip, knownDevice }: Guess): {
    own: readonly Budget[];
    shared: readonly Budget[];
  } {
    if (account !== null && knownDevice !== null)
      return { own: [this.budget('known-device', account, knownDevice)], shared: [] };
    const block = addressBlock(ip);
    const whose = { ...this.budget('account', account ?? `nobody:${name}`), quiet: true };
    const own = [this.budget('name-and-address', name, block), whose];
    return { own, shared: [this.budget('address', block)] };
  }

  private budget(kind: BudgetKind, ...what: readonly string[]): Budget {
    return {
      key: deriveSecret(this.secrets.first('attempt budgets'), JSON.stringify([kind, ...what])),
      policy: BUDGETS[kind],
    };
  }
}
