import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Answer, ShownFactor } from '../second-factor/factor-kinds.js';
import { type FactorOutcome, SecondStep } from '../second-factor/second-step.js';
import type { SignInStep } from '../second-factor/sign-in-step.entity.js';
import type { Entry } from '../sessions/entry.js';
import { Arrivals } from './arrivals.js';
import type { Entrant } from './entrance.js';
import { type FactorRefusal, factorRefusalOf, unusedFactor } from './factor-refusal.js';
import { personOf } from './sign-in.js';
import { SignInCompleted } from './sign-in-completed.js';
import { type OpenStep, StepNotices } from './step-notices.js';

export type CompleteOutcome =
  | { readonly outcome: 'welcome'; readonly entry: Entry }
  /** The step goes on: a factor is to be added in it. */
  | { readonly outcome: 'enrol' }
  /** The step is over: they begin again. */
  | { readonly outcome: 'over' }
  | FactorRefusal;

type Shown = Extract<FactorOutcome, { outcome: 'shown' }>;
type Wrong = Extract<FactorOutcome, { outcome: 'wrong' }>;

/** A sign-in that is about to be whole. */
interface Entering extends Pick<Shown, 'factor'> {
  /** Null: nothing was guessed. */
  readonly attempt: Shown['attempt'] | null;
  readonly first?: (manager: EntityManager) => Promise<void>;
}

/** Completes sign-ins by a second factor. */
@Injectable()
export class CompleteSignIn {
  constructor(
    private readonly second: SecondStep,
    private readonly arrivals: Arrivals,
    private readonly completed: SignInCompleted,
    private readonly aftermath: StepNotices,
  ) {}

  /** As {@link SecondStep.offers}. */
  offers(userId: string) {
    return this.second.offers(userId);
  }

  /** @throws Unavailable */
  async complete(entrant: Entrant, open: OpenStep, fields: Answer['fields']): Promise<CompleteOutcome> {
    const { step, user } = open;
    const { origin } = entrant;
    const knownDevice = entrant.knownDevice(user.id);
    const attempt = { userId: user.id, fields, origin, knownDevice };
    const shown = await this.second.check(attempt, step);
    if (shown.outcome !== 'shown') {
      const isOver = shown.outcome === 'wrong' && (await this.afterWrong(entrant, open, shown));
      return isOver ? { outcome: 'over' } : factorRefusalOf(shown);
    }
    if (shown.factor.amr.length === 0) return this.letEnrol(step, shown);
    const factor = this.aftermath.told(shown.factor, user, entrant);
    const entry = await this.enter(entrant, open, { factor, attempt: shown.attempt });
    return entry === null ? this.afterRefusal(step, shown.factor) : { outcome: 'welcome', entry };
  }

  /**
   * The same by a factor that is added with it.
   * @param first what comes before the session, in its transaction. @returns null where the step is over by now.
   * @throws Unavailable
   */
  enrol(
    entrant: Entrant,
    open: OpenStep,
    { factor, first }: Pick<Entering, 'factor'> & Required<Pick<Entering, 'first'>>,
  ): Promise<Entry | null> {
    return this.enter(entrant, open, { factor, attempt: null, first });
  }

  /** Of many at once one is to be told of, so what could not be told is counted as if it had not been. */
  private async afterWrong(entrant: Entrant, open: OpenStep, wrong: Wrong): Promise<boolean> {
    try {
      return await this.aftermath.afterWrong(entrant, open, wrong);
    } catch (error) {
      if (wrong.alarm !== null) await wrong.undo().catch(() => undefined);
      throw error;
    }
  }

  /** What was shown is no factor, but lets one be added. Nothing is forgiven for it: only a whole sign-in clears. */
  private async letEnrol(step: SignInStep, { factor }: Shown): Promise<CompleteOutcome> {
    return { outcome: (await this.second.turnToEnrol(step, factor)) ? 'enrol' : 'over' };
  }

  private async enter(
    entrant: Entrant,
    { step, user }: OpenStep,
    { factor, attempt, first }: Entering,
  ): Promise<Entry | null> {
    const proof = this.second.proofOf(step, factor);
    const succeeded = async (within?: EntityManager) => {
      await attempt?.succeeded(within);
      await this.completed.clear(entrant, user, within ?? null);
    };
    const abandoned = async () => attempt?.abandoned();
    const entry = await this.arrivals.welcome(entrant, {
      ...{ person: personOf(user), proof, remembered: step.remembered },
      attempt: { succeeded, abandoned },
      ...(first === undefined ? {} : { first }),
    });
    if (entry !== null) this.completed.record(entrant, user, ['pwd', factor.method]);
    return entry;
  }

  /** Another request was faster: with the step, or with the same code in another one, which is told like a wrong one. */
  private async afterRefusal(step: SignInStep, { method }: ShownFactor): Promise<CompleteOutcome> {
    if (await this.second.isOver(step)) return { outcome: 'over' };
    return unusedFactor(method);
  }
}
