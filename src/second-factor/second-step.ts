import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import type { EventName } from '../audit/security-event.js';
import type { ViewModel } from '../http/view-model.js';
import type { Duration } from '../kernel/durations.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import type { AdmittedAttempt } from '../throttle/sign-in-throttle.js';
import { SecondStepThrottle, type StepAlarm } from '../throttle/second-step-throttle.js';
import type { Proof } from '../sessions/proof.js';
import type { SignInStep } from './sign-in-step.entity.js';
import { SignInSteps } from './sign-in-steps.js';
import { StepProof } from './step-proof.js';
import {
  type Answer,
  type AnswerField,
  type FactorKind,
  FactorKinds,
  type ShownFactor,
} from './factor-kinds.js';

/** An answer to a second step, and who gives it from where. */
export interface FactorAttempt extends Answer {
  readonly origin: RequestOrigin;
  /** Names a browser, or a session, that is counted by itself; null for all others. */
  readonly knownDevice: string | null;
}

export type FactorOutcome =
  /** Right as far as could be seen: use it, and say how that went with `attempt`, in the same transaction. */
  | { readonly outcome: 'shown'; readonly factor: ShownFactor; readonly attempt: Attempt }
  /**
   * Wrong, used before, too old; or it rests. `field` says which field had it; `alarm`: of what the owner is to be told.
   * Where they cannot be told, `undo` makes the next one that.
   */
  | {
      readonly outcome: 'wrong';
      readonly field: AnswerField;
      readonly alarm: StepAlarm | null;
      readonly undo: () => Promise<void>;
    }
  /** No field was filled in: no guess. `field` says which was to be: one that the page has. */
  | { readonly outcome: 'empty'; readonly field: AnswerField }
  | { readonly outcome: 'throttled'; readonly retryAfter: Duration };

type Attempt = Pick<AdmittedAttempt, 'succeeded' | 'abandoned'>;

/** What was not taken: of this kind, in this step; null: of somebody who is signed in. */
interface Refused {
  readonly kind: FactorKind;
  readonly step: SignInStep | null;
  /** It was not looked at for what it is, because codes rest. */
  readonly rests?: boolean;
}

/** Checks second factors, whatever their kinds; each guess is counted before it is looked at. */
@Injectable()
export class SecondStep {
  constructor(
    private readonly kinds: FactorKinds,
    private readonly throttle: SecondStepThrottle,
    private readonly audit: AuditLog,
    private readonly steps: SignInSteps,
  ) {}

  /** What the page needs in order to ask for each kind of factor that somebody has, by the names of the kinds. @throws Unavailable */
  async offers(userId: string): Promise<ViewModel> {
    const offers = await Promise.all(
      this.kinds.all().map(async kind => [kind.name, await kind.offer(userId)] as const),
    );
    return Object.fromEntries(offers);
  }

  /**
   * @param step the step that it completes: where that is over, nothing is looked at, and nothing counts. Null: they are
   * signed in. @throws Unavailable
   */
  async check(attempt: FactorAttempt, step: SignInStep | null): Promise<FactorOutcome> {
    const asked = this.askedOf(attempt);
    if (asked === null) return { outcome: 'empty', field: await this.emptyFieldOf(attempt) };
    const { userId: account, origin, knownDevice } = attempt;
    const { guessable = false } = asked.kind;
    const admitted = await this.throttle.admit({ account, ip: origin.ip, knownDevice, guessable });
    if (admitted.outcome === 'throttled') {
      this.record('authn_step_fail_max', attempt, { kind: asked.kind, step });
      return admitted;
    }
    const { attempt: counted, rests, alarm } = admitted;
    try {
      if (step !== null && !(await this.steps.tryOnce(step))) {
        await counted.abandoned();
        return { outcome: 'wrong', field: asked.field, alarm: null, undo: () => Promise.resolve() };
      }
      const factor = await asked.kind.check(attempt);
      if (factor !== null && !rests) return { outcome: 'shown', factor, attempt: counted };
      this.record(rests ? 'authn_step_fail_max' : 'authn_step_fail', attempt, {
        kind: asked.kind,
        step,
        rests,
      });
      if (alarm === 'rests') this.record('authn_step_lock', attempt, { kind: asked.kind, step });
      return { outcome: 'wrong', field: asked.field, alarm, undo: counted.abandoned };
    } catch (error) {
      // What failed here is not the person's fault; the answer need not wait for that.
      counted.abandoned().catch(() => undefined);
      throw error;
    }
  }

  /** What completes a step: the password from before, and this factor. */
  proofOf(step: SignInStep, factor: ShownFactor): Proof {
    return new StepProof(this.steps, step, factor);
  }

  /** Lets a factor be added in a step, where what was shown is no factor but allows that. @returns false where it is over. */
  turnToEnrol(step: SignInStep, { use }: ShownFactor): Promise<boolean> {
    return this.steps.turnToEnrol(step, use);
  }

  /** Whether a step takes no more guesses, because it was used, ran out of time or of guesses. @throws Unavailable */
  async isOver(step: SignInStep): Promise<boolean> {
    return !(await this.steps.isStillOpen(step));
  }

  /** The kind of factor that an answer shows; null where no field is filled in. */
  private askedOf({ fields }: Answer): { readonly kind: FactorKind; readonly field: AnswerField } | null {
    for (const kind of this.kinds.all()) {
      const field = kind.fields.find(name => (fields[name] ?? '').trim() !== '');
      if (field !== undefined) return { kind, field };
    }
    return null;
  }

  /** The field of an empty answer: of those for which the person has something to show, one that was sent, or else the first. */
  private async emptyFieldOf({ userId, fields }: Answer): Promise<AnswerField> {
    const offered: AnswerField[] = [];
    for (const kind of this.kinds.all())
      if ((await kind.offer(userId)) !== null) offered.push(...kind.fields);
    return offered.find(name => fields[name] !== undefined) ?? offered[0] ?? 'code';
  }

  /** Who is signed in may have given no password: a passkey alone confirms. */
  private record(
    event: EventName,
    { userId, origin }: FactorAttempt,
    { kind, step, rests = false }: Refused,
  ): void {
    const outcome = event === 'authn_step_fail' ? 'failure' : 'refused';
    const reason = rests ? { reason: 'rests' } : {};
    const facts = { method: kind.name, ...reason, ...(step === null ? { purpose: 'confirm' } : {}) };
    this.audit.record({ event, outcome, userId, session: null, facts }, origin);
  }
}
