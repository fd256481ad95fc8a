import type { EntityManager } from 'typeorm';
import { digestOf } from '../crypto/secret-token.js';
import type { AuthenticationMethod } from '../kernel/principal.js';
import type { Proof, ProvedPerson } from '../sessions/proof.js';
import type { ShownFactor } from './factor-kinds.js';
import type { SignInStep } from './sign-in-step.entity.js';
import type { SignInSteps } from './sign-in-steps.js';

/** A password that was right when the step began, and a factor that completes it. Each of the three is used up by it. */
export class StepProof implements Proof {
  readonly amr: readonly AuthenticationMethod[];

  constructor(
    private readonly steps: SignInSteps,
    private readonly step: SignInStep,
    private readonly factor: ShownFactor,
  ) {
    this.amr = ['pwd', ...factor.amr];
  }

  /** The person is locked: what is seen to be open stays so until it is used. A factor is used up for a whole sign-in only. */
  async holds(manager: EntityManager, { id, passwordHash }: ProvedPerson): Promise<boolean> {
    if (id !== this.step.userId || !isByPassword(this.step, passwordHash)) return false;
    if (!(await this.steps.isOpen(manager, this.step))) return false;
    return (await this.factor.use(manager)) && this.steps.use(manager, this.step);
  }
}

/** Whether a step was begun with the password that is in force. */
export const isByPassword = ({ passwordDigest }: SignInStep, passwordHash: string | null): boolean =>
  passwordHash !== null && digestOf(passwordHash) === passwordDigest;

/** A factor that somebody who is signed in shows once more, beside the proof of their password. */
export class FactorProof implements Proof {
  readonly amr: readonly AuthenticationMethod[];

  constructor(
    private readonly password: Proof,
    private readonly factor: ShownFactor,
  ) {
    this.amr = [...password.amr, ...factor.amr];
  }

  async holds(manager: EntityManager, person: ProvedPerson): Promise<boolean> {
    return (await this.password.holds(manager, person)) && this.factor.use(manager);
  }
}

/** A factor that is enough by itself. */
export class LoneFactorProof implements Proof {
  readonly amr: readonly AuthenticationMethod[];

  constructor(private readonly factor: ShownFactor) {
    this.amr = factor.amr;
  }

  holds(manager: EntityManager): Promise<boolean> {
    return this.factor.use(manager);
  }
}
