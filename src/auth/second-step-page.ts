import { Injectable } from '@nestjs/common';
import type { ViewModel } from '../http/view-model.js';
import type { Answer } from '../second-factor/factor-kinds.js';
import { SignInSteps } from '../second-factor/sign-in-steps.js';
import { isByPassword } from '../second-factor/step-proof.js';
import { UsersService } from '../users/users.service.js';
import { recoveryCodesBefore } from './after-adding.js';
import { type CompleteOutcome, CompleteSignIn } from './complete-sign-in.js';
import type { OpenStep } from './step-notices.js';
import { EnrolFirst } from './enrol-first.js';
import type { Entrant } from './entrance.js';
import type { WaitingStep } from './step-door.adapter.js';

/** A step that waits in a browser and is open. */
export interface ShownStep extends OpenStep, WaitingStep {
  readonly view: string;
}

/** What a form of it holds. */
export type StepAnswer = Answer['fields'] & { readonly pending?: string | undefined };

/** The page of a second step: for people who have a factor, and for those who must add one first. */
@Injectable()
export class SecondStepPage {
  constructor(
    private readonly steps: SignInSteps,
    private readonly users: UsersService,
    private readonly completion: CompleteSignIn,
    private readonly enrolment: EnrolFirst,
  ) {}

  /**
   * The step; null where none waits, it is over, its password was changed, or its person may not sign in any more.
   * @throws Unavailable
   */
  async find(waiting: WaitingStep | null): Promise<ShownStep | null> {
    const step = waiting === null ? null : await this.steps.look(waiting.token);
    const user = step === null ? null : await this.users.findById(step.userId);
    if (waiting === null || step === null || user === null || user.disabledAt !== null) return null;
    if (!isByPassword(step, await this.users.passwordHashOf(user.id))) return null;
    return { ...waiting, step, user, view: step.purpose === 'second' ? 'auth/second-step' : 'auth/enrol' };
  }

  /** What it shows. @throws Unavailable */
  async modelOf(
    { step, user, handle }: ShownStep,
    { pending = null }: { readonly pending?: string | null | undefined } = {},
  ): Promise<ViewModel> {
    const { username } = user;
    if (step.purpose === 'enrol') {
      // Who was asked for a factor before has lost all of them.
      const wasReset = user.secondFactorAt !== null;
      return { step: handle, username, wasReset, ...this.enrolment.begin(user, pending) };
    }
    return { step: handle, username, ...(await this.completion.offers(user.id)) };
  }

  /** @throws Unavailable */
  complete(entrant: Entrant, shown: ShownStep, { pending, ...fields }: StepAnswer): Promise<CompleteOutcome> {
    if (shown.step.purpose === 'second') return this.completion.complete(entrant, shown, fields);
    return this.enrolment.complete(entrant, shown, { pending: pending ?? '', code: fields.code ?? '' });
  }

  /** Where somebody is led who completed it: who has just added a factor saves recovery codes first. */
  after({ step }: ShownStep, next: string): string {
    return step.purpose === 'second' ? next : recoveryCodesBefore(next);
  }
}
