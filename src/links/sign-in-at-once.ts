import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AuditLog } from '../audit/audit-log.js';
import { Arrivals } from '../auth/arrivals.js';
import { noticeOnTheWay } from '../auth/login-notices.js';
import { personOf } from '../auth/sign-in.js';
import { WayHere } from '../auth/way-here.js';
import { isStoreFailure } from '../database/store-failure.js';
import { leaveNotice } from '../http/next-page.js';
import { originOf } from '../http/request-origin.js';
import { PasswordProof } from '../sessions/proof.js';
import type { User } from '../users/user.entity.js';

/** Somebody who has just proved both: with a mailed link that an address is theirs, and that they know the password. */
export interface ProvedByLink {
  readonly user: User;
  /** What the password was stored as. */
  readonly passwordHash: string;
  /** What was done, as the login page calls it. */
  readonly done: 'reset' | 'verified' | 'invited';
}

/**
 * Signs in the browser that has just proved both an address and a password: asking for them once more would prove
 * nothing. A second factor would not be proved by either: where one is asked for, nobody comes in this way.
 */
@Injectable()
export class SignInAtOnce {
  constructor(
    private readonly arrivals: Arrivals,
    private readonly way: WayHere,
    private readonly audit: AuditLog,
  ) {}

  /** Leads on: in, or else to the sign-in form, with a sentence of what was done. */
  async goOn(request: Request, response: Response, proof: ProvedByLink): Promise<void> {
    const isIn = await this.enter(request, response, proof);
    if (isIn) await this.sayWhatWasDone(request, proof);
    response.redirect(303, isIn ? this.way.home : `/login?done=${proof.done}`);
  }

  /** What the link did is done, so a store that fails only now is no failure of it: they can still sign in as ever. */
  private async enter(request: Request, response: Response, { user, passwordHash, done }: ProvedByLink) {
    const { principal } = request.gatehouse;
    // Somebody else is signed in here: a link must not change under their hands who they are.
    if (principal !== null && principal.person.id !== user.id) return false;
    const arrival = { person: personOf(user), proof: new PasswordProof(passwordHash), remembered: false };
    try {
      // A new password is told by a mail of its own, and of a new account there is nothing to tell.
      if (!(await this.arrivals.welcome(request, response, { ...arrival, tellsOfDevice: false })))
        return false;
    } catch (error) {
      if (isStoreFailure(error)) return false;
      throw error;
    }
    this.way.signsIn(request, this.way.home);
    this.audit.record(
      {
        event: 'authn_login_success',
        outcome: 'success',
        userId: user.id,
        session: null,
        facts: { method: 'pwd', by: done },
      },
      originOf(request),
    );
    return true;
  }

  private async sayWhatWasDone(request: Request, { done }: ProvedByLink): Promise<void> {
    const sentence = noticeOnTheWay(done);
    if (sentence !== null) await leaveNotice(request, this.way.home, sentence);
  }
}
