import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { SecretRing } from '../crypto/secret-ring.js';
import { deriveSecret } from '../crypto/secret-token.js';
import { Clock } from '../kernel/clock.js';
import type { Duration } from '../kernel/durations.js';
import { addressBlock } from './address-block.js';
import { type BudgetKind, BUDGETS } from './attempt-policy.js';
import { AttemptStore, type Budget } from './attempt-store.js';
import { codeCountOf, TOLD_AFTER } from './lasting-counts.js';
import type { AdmittedAttempt, Guess } from './sign-in-throttle.js';

/** Who shows a factor of which account. */
export interface FactorGuess extends Pick<Guess, 'ip' | 'knownDevice'> {
  readonly account: string;
  /** Whether it is short enough to be guessed: a code of an app, or a recovery code. */
  readonly guessable: boolean;
}

/** What the owner is told of: that somebody guesses, or that codes rest from now on. */
export type StepAlarm = 'guessing' | 'rests';

export type FactorAdmission =
  /** Check it, then say how it went with `attempt`. */
  | {
      readonly outcome: 'admitted';
      /** Codes of this account rest, and this is one: whatever it is, it is told like a wrong one. */
      readonly rests: boolean;
      /** Where it fails, it is one of which the owner is told: over however many steps so many were wrong; or all rest now. */
      readonly alarm: StepAlarm | null;
      readonly attempt: Omit<AdmittedAttempt, 'halfway'>;
    }
  | { readonly outcome: 'throttled'; readonly retryAfter: Duration };

/**
 * Makes guessing second factors slow, in budgets of their own: they add up over steps, codes, recovery codes and keys, and
 * neither a right password nor a mailed reset gives any back. As with passwords, a device that has signed in before is
 * counted by itself alone, so that nobody who knows the password can lock the owner out (ASVS 6.1.1, 6.6.3). After a
 * hundred wrong codes in a row codes rest elsewhere (63B 3.2.2).
 */
@Injectable()
export class SecondStepThrottle {
  constructor(
    private readonly store: AttemptStore,
    private readonly clock: Clock,
    private readonly secrets: SecretRing,
  ) {}

  /** Counts a guess as failed before it is checked, so that parallel ones cannot outrun the count. @throws Unavailable */
  async admit(guess: FactorGuess): Promise<FactorAdmission> {
    const { own, shared, woken } = this.budgetsOf(guess);
    const done = await this.store.count([...own, ...shared], this.clock.now(), { whose: 'person' });
    if (done.outcome === 'refused') return { outcome: 'throttled', retryAfter: done.retryAfter };
    const { spent: rests, alarm } = done;
    const counted = [...own, ...shared].filter(({ quiet = false }) => !(quiet && rests));
    const attempt = {
      succeeded: (within?: EntityManager) =>
        this.store.giveBack([...own, ...woken], shared, this.clock.now(), { within: within ?? null }),
      abandoned: () => this.store.giveBack([], counted, this.clock.now(), { whose: 'server' }),
    };
    return { outcome: 'admitted', rests, alarm: alarm === null ? null : alarmAt(alarm), attempt };
  }

  /** As those of `SignInThrottle`: `woken` ones count nothing, and are cleared by a success. */
  private budgetsOf({ account, ip, knownDevice, guessable }: FactorGuess): {
    readonly own: readonly Budget[];
    readonly shared: readonly Budget[];
    readonly woken: readonly Budget[];
  } {
    const row = codeCountOf(account);
    if (knownDevice !== null)
      return {
        own: [this.budget('second-step-known-device', account, knownDevice)],
        shared: [],
        woken: [row],
      };
    return {
      // A key says nothing of codes: it neither counts against them nor wakes them.
      own: [this.budget('second-step', account), ...(guessable ? [row] : [])],
      shared: [this.budget('second-step-address', addressBlock(ip))],
      woken: [],
    };
  }

  private budget(kind: BudgetKind, ...what: readonly string[]): Budget {
    return {
      key: deriveSecret(this.secrets.first('attempt budgets'), JSON.stringify([kind, ...what])),
      policy: BUDGETS[kind],
    };
  }
}

const alarmAt = (failures: number): StepAlarm => (failures === TOLD_AFTER ? 'guessing' : 'rests');
