import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { SecretRing } from '../crypto/secret-ring.js';
import { deriveSecret } from '../crypto/secret-token.js';
import type { Whose } from '../database/write-line.js';
import { Clock } from '../kernel/clock.js';
import type { Duration } from '../kernel/durations.js';
import { addressBlock } from './address-block.js';
import { type BudgetKind, BUDGETS } from './attempt-policy.js';
import { AttemptStore, type Budget } from './attempt-store.js';
import { codeCountOf, passwordCountOf } from './lasting-counts.js';

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

/** Who has come in by several steps. */
export interface CompletedSignIn extends Pick<Guess, 'ip' | 'knownDevice'> {
  readonly account: string;
  readonly names: readonly string[];
}

export type AdmitOutcome =
  /**
   * Verify it, then say how it went with `attempt`. `spent`: the account allows none now, whatever it was called. That
   * must look like a wrong password, or it would tell which names are one account.
   */
  | {
      readonly outcome: 'admitted';
      readonly spent: boolean;
      /** Where it fails, the password rests from now on. */
      readonly last: boolean;
      readonly attempt: AdmittedAttempt;
    }
  | { readonly outcome: 'throttled'; readonly retryAfter: Duration };

/** An attempt that is already counted as failed. */
export interface AdmittedAttempt {
  /**
   * It succeeded: what was counted for it and against its account is taken back.
   * @param within the database transaction to do it in: last of all, because others wait for these counts.
   */
  readonly succeeded: (within?: EntityManager) => Promise<void>;
  /** It was right, but more has to be shown: it gets back what it took, and clears nothing. */
  readonly halfway: () => Promise<void>;
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
  async admit(guess: Guess, whose: Whose = 'visitor'): Promise<AdmitOutcome> {
    const { own, shared, woken } = this.budgetsOf(guess);
    const done = await this.store.count([...own, ...shared], this.clock.now(), {
      ...{ whose, patient: true },
    });
    if (done.outcome === 'refused') return { outcome: 'throttled', retryAfter: done.retryAfter };
    const { spent, alarm } = done;
    const last = alarm !== null;
    const counted = [...own, ...shared].filter(({ quiet = false }) => !(quiet && spent));
    const attempt: AdmittedAttempt = {
      succeeded: within =>
        this.store.giveBack([...own, ...woken], shared, this.clock.now(), { within: within ?? null }),
      halfway: () => this.store.giveBack([], counted, this.clock.now()),
      abandoned: () => this.store.giveBack([], counted, this.clock.now(), { whose: 'server' }),
    };
    return { outcome: 'admitted', spent, last, attempt };
  }

  /**
   * A sign-in of several steps is whole: clears what a success from there would have cleared, of a known device its own
   * budget alone; and wakes what rests. @param within the transaction of the sign-in, last of all.
   */
  async completed(
    { account, names, ip, knownDevice }: CompletedSignIn,
    within: EntityManager | null = null,
  ): Promise<void> {
    if (knownDevice === null) return this.lift(account, { names, ip }, within);
    const { own, woken } = this.budgetsOf({ name: '', account, ip, knownDevice });
    const cleared = [...own, ...woken, codeCountOf(account)];
    await this.store.giveBack(cleared, [], this.clock.now(), { within });
  }

  /**
   * Forgets what was counted against an account from everywhere, and against its names from this address: its owner has
   * proved themselves. @param names what the account is called, as in {@link Guess}.
   */
  async lift(
    account: string,
    { names, ip }: Pick<CompletedSignIn, 'names' | 'ip'>,
    within: EntityManager | null = null,
  ): Promise<void> {
    const lifted = names.flatMap(name => this.budgetsOf({ name, account, ip, knownDevice: null }).own);
    const different = new Map(lifted.map(budget => [budget.key, budget]));
    await this.store.giveBack([...different.values()], [], this.clock.now(), { within });
  }

  /** `own` budgets are cleared by a success, and so are `woken` ones, which count nothing; of `shared` ones it gets back only what it took. */
  private budgetsOf({ name, account, ip, knownDevice }: Guess): {
    own: readonly Budget[];
    woken: readonly Budget[];
    shared: readonly Budget[];
  } {
    const password = passwordCountOf(account ?? `nobody:${this.placeOf(name)}`);
    if (account !== null && knownDevice !== null)
      return { own: [this.budget('known-device', account, knownDevice)], woken: [password], shared: [] };
    const block = addressBlock(ip);
    const whose = { ...this.budget('account', account ?? `nobody:${name}`), quiet: true };
    const own = [this.budget('name-and-address', name, block), whose, password];
    return { own, woken: [], shared: [this.budget('address', block)] };
  }

  /** One of 64^3, some 260,000. */
  private placeOf(name: string): string {
    const secret = this.secrets.first('attempt budgets');
    return deriveSecret(secret, JSON.stringify(['place', name])).slice(0, 3);
  }

  private budget(kind: BudgetKind, ...what: readonly string[]): Budget {
    return {
      key: deriveSecret(this.secrets.first('attempt budgets'), JSON.stringify([kind, ...what])),
      policy: BUDGETS[kind],
    };
  }
}
