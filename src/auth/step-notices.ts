import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Transaction } from '../database/transaction.js';
import { Notices, type NoticeTo } from '../recovery/notices.js';
import type { ShownFactor } from '../second-factor/factor-kinds.js';
import { RecoveryCodes } from '../second-factor/recovery-codes.js';
import { codesLeft } from '../second-factor/second-factor.words.js';
import type { SignInStep } from '../second-factor/sign-in-step.entity.js';
import { SignInSteps } from '../second-factor/sign-in-steps.js';
import type { StepAlarm } from '../throttle/second-step-throttle.js';
import { lockPerson } from '../users/lock-person.js';
import type { User } from '../users/user.entity.js';
import type { Entrant } from './entrance.js';

/** A step that is open, and whose it is. */
export interface OpenStep {
  readonly step: SignInStep;
  readonly user: User;
}

/** Tells people what happened at the second step of their sign-ins. */
@Injectable()
export class StepNotices {
  constructor(
    private readonly steps: SignInSteps,
    private readonly transaction: Transaction,
    private readonly notices: Notices,
    private readonly codes: RecoveryCodes,
  ) {}

  /** A factor whose use is told of by mail: of recovery codes each is, with how many are left. */
  told(factor: ShownFactor, user: NoticeTo, { origin }: Entrant): ShownFactor {
    if (factor.method !== 'recovery_code') return factor;
    const use = async (manager: EntityManager) => {
      if (!(await factor.use(manager))) return false;
      const left = codesLeft(await this.codes.left(user.id, manager));
      await this.notices.send(manager, { name: 'recovery-code-used', factor: left }, user, origin);
      return true;
    };
    return { ...factor, use };
  }

  /**
   * Ends a step whose guesses are used up. Its owner is told that somebody knows their password (ASVS 6.3.5): then, where so many
   * were wrong in a row over steps that none was used up, and where so many were that codes rest from now on.
   * @returns whether it is over.
   */
  async afterWrong(
    { origin }: Entrant,
    { step, user }: OpenStep,
    { alarm }: { readonly alarm: StepAlarm | null },
  ): Promise<boolean> {
    await this.transaction.run(async manager => {
      await lockPerson(manager, user.id);
      const isSpent = await this.steps.endIfSpent(manager, step);
      if (!isSpent && alarm === null) return;
      const notice = alarm === 'rests' ? 'codes-rest' : 'second-step-failed';
      await this.notices.send(manager, notice, user, origin);
    });
    return !(await this.steps.isStillOpen(step));
  }
}
