import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Enrolment } from '../second-factor/enrolment.js';
import { ENTER_CODE, WRONG_CODE } from '../second-factor/second-factor.words.js';
import type { Session } from '../sessions/session-store.js';
import type { User } from '../users/user.entity.js';
import { type CompleteOutcome, CompleteSignIn } from './complete-sign-in.js';
import { FactorNews } from './factor-news.js';
import { NewAuthenticator } from './new-authenticator.js';
import type { OpenStep } from './step-notices.js';
import type { Entrant } from './entrance.js';
import { START_AGAIN } from './auth.words.js';

/** Completes the sign-ins of people who must add a factor first: with the first right code of the new one. */
@Injectable()
export class EnrolFirst {
  constructor(
    private readonly enrolment: Enrolment,
    private readonly completion: CompleteSignIn,
    private readonly added: NewAuthenticator,
    private readonly news: FactorNews,
  ) {}

  /** As {@link Enrolment.begin}. */
  begin(user: User, pending: string | null) {
    return this.enrolment.begin(user, pending);
  }

  /** @throws Unavailable */
  async complete(
    entrant: Entrant,
    open: OpenStep,
    { pending, code }: { readonly pending: string; readonly code: string },
  ): Promise<CompleteOutcome> {
    if (code.trim() === '') return { outcome: 'no', status: 401, errors: { code: ENTER_CODE } };
    const shown = this.enrolment.check(open.user, pending, code);
    if (shown === 'over') return { outcome: 'no', status: 401, sentence: START_AGAIN };
    if (shown === 'wrong') return { outcome: 'no', status: 401, errors: { code: WRONG_CODE } };
    const factor = this.added.shownBy(open.user, shown, entrant);
    let ended: readonly Session[] = [];
    // Sign-ins that were made without a factor open nothing as long as one is asked of everybody; they end for good.
    const first = async (manager: EntityManager) => {
      if (await this.added.isFirst(manager, open.user))
        ended = await this.news.endOthers(manager, entrant, open.user.id);
    };
    const entry = await this.completion.enrol(entrant, open, { factor, first });
    this.news.ended(ended, entrant);
    if (entry === null) return { outcome: 'over' };
    this.news.record('authn_factor_added', { person: open.user, method: factor.method }, entrant);
    return { outcome: 'welcome', entry };
  }
}
