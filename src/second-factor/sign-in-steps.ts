import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager, type FindOptionsWhere, IsNull, LessThan, MoreThan } from 'typeorm';
import { digestOf, issueToken } from '../crypto/secret-token.js';
import { insertRows } from '../database/insert-rows.js';
import { Sweeper } from '../database/sweeper.js';
import { Transaction } from '../database/transaction.js';
import { Clock } from '../kernel/clock.js';
import { type Duration, minutes } from '../kernel/durations.js';
import { lockPerson } from '../users/lock-person.js';
import { SignInStep, type StepPurpose } from './sign-in-step.entity.js';

/** How long each is good for: time to find the phone, or to install an app on it. */
export const STEP_LIFE: Readonly<Record<StepPurpose, Duration>> = { second: minutes(5), enrol: minutes(30) };

/** Guesses a step. */
export const MOST_TRIES = 5;

/** What a token must look like: 256 bits as base64url. */
const SHAPE = /^[\w-]{43}$/;

/** A step to be begun, after the password was right. */
export interface NewStep {
  readonly purpose: StepPurpose;
  readonly userId: string;
  /** What the password was verified with. */
  readonly passwordHash: string;
  readonly returnTo: string | null;
  readonly remembered: boolean;
  readonly unsaved: string | null;
}

/** Sign-ins between the password and the second factor. */
@Injectable()
export class SignInSteps implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    private readonly transaction: Transaction,
    private readonly clock: Clock,
    private readonly sweeper: Sweeper,
  ) {}

  onModuleInit(): void {
    const rows = { table: 'sign_in_steps', key: 'digest', column: 'expires_at' };
    // Browsers keep the cookie for as long as that: whoever comes late with it still learns where they were on their way to.
    const { enrol: kept } = STEP_LIFE;
    this.sweeper.add('sign_in_steps', (now, most) => this.transaction.deleteOld(rows, now - kept, most));
  }

  /** @returns the token for the browser's cookie; null where the account was deleted meanwhile. @throws Unavailable */
  async begin({ passwordHash, ...step }: NewStep): Promise<string | null> {
    const { plain, digest } = issueToken();
    const now = this.clock.now();
    const times = { beganAt: now, expiresAt: now + STEP_LIFE[step.purpose], usedAt: null };
    const row = { digest, ...step, passwordDigest: digestOf(passwordHash), tries: 0, ...times };
    return this.transaction.run(async manager => {
      if ((await lockPerson(manager, step.userId)) === null) return null;
      await insertRows(manager, SignInStep, [row]);
      return plain;
    });
  }

  /** The step of a token; null where it is over: used, too old, guessed at too often. @throws Unavailable */
  async look(plain: string): Promise<SignInStep | null> {
    if (!SHAPE.test(plain)) return null;
    const step = await this.dataSource.manager.findOneBy(SignInStep, this.open(digestOf(plain)));
    // One whose end lies further ahead than a step lasts was begun while the clock was wrong.
    const isTrue = step !== null && step.expiresAt <= this.clock.now() + STEP_LIFE[step.purpose];
    return isTrue ? step : null;
  }

  /** Where the person of a token was on their way to, also where the step is over; null: nowhere, or nobody knows any more. @throws Unavailable */
  async wayOf(plain: string): Promise<string | null> {
    if (!SHAPE.test(plain)) return null;
    const step = await this.dataSource.manager.findOneBy(SignInStep, { digest: digestOf(plain) });
    return step?.returnTo ?? null;
  }

  /** Counts one guess, before it is looked at, in one statement. @returns false where the step is over. @throws Unavailable */
  async tryOnce({ digest }: SignInStep): Promise<boolean> {
    const more = { tries: () => 'tries + 1' };
    const done = await this.transaction.one(manager => manager.update(SignInStep, this.open(digest), more));
    return done.affected === 1;
  }

  /**
   * Ends a step whose guesses are used up, inside a transaction. @returns whether it was this call that did: of many at once
   * one is told.
   */
  async endIfSpent(manager: EntityManager, { digest }: SignInStep): Promise<boolean> {
    const step = await manager.findOneBy(SignInStep, { digest, usedAt: IsNull() });
    if (step === null || step.tries < MOST_TRIES) return false;
    return this.use(manager, step);
  }

  /** Whether a step can still be completed, inside a transaction: also by the guess that was its last. */
  async isOpen(manager: EntityManager, { digest }: SignInStep): Promise<boolean> {
    return manager.existsBy(SignInStep, this.unused(digest));
  }

  /** The same outside a transaction, and whether it takes another guess. @throws Unavailable */
  isStillOpen({ digest }: SignInStep): Promise<boolean> {
    return this.dataSource.manager.existsBy(SignInStep, this.open(digest));
  }

  /** Uses a step up, inside a transaction, in one statement: of many at once one succeeds. */
  async use(manager: EntityManager, { digest }: SignInStep): Promise<boolean> {
    const done = await manager.update(SignInStep, this.unused(digest), { usedAt: this.clock.now() });
    return done.affected === 1;
  }

  /**
   * Makes of a step one in which a factor is added, by what `use` uses up, with the person locked.
   * @returns false where the step is over, or `use` said no. @throws Unavailable
   */
  turnToEnrol(
    { digest, userId }: SignInStep,
    use: (manager: EntityManager) => Promise<boolean>,
  ): Promise<boolean> {
    return this.transaction.run(async manager => {
      await lockPerson(manager, userId);
      if (!(await manager.existsBy(SignInStep, this.unused(digest))) || !(await use(manager))) return false;
      // The guess that was right may have been the last one.
      const turned = { purpose: 'enrol', tries: 0, expiresAt: this.clock.now() + STEP_LIFE.enrol } as const;
      return (await manager.update(SignInStep, this.unused(digest), turned)).affected === 1;
    });
  }

  /** Ends all of somebody's, inside a transaction. */
  async endAll(manager: EntityManager, userId: string): Promise<void> {
    await manager.update(SignInStep, { userId, usedAt: IsNull() }, { usedAt: this.clock.now() });
  }

  private open(digest: string): FindOptionsWhere<SignInStep> {
    return { ...this.unused(digest), tries: LessThan(MOST_TRIES) };
  }

  private unused(digest: string): FindOptionsWhere<SignInStep> {
    return { digest, usedAt: IsNull(), expiresAt: MoreThan(this.clock.now()) };
  }
}
