import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AuditLog } from '../audit/audit-log.js';
import { Arrivals } from '../auth/arrivals.js';
import type { Entrant } from '../auth/entrance.js';
import { FrontDoor } from '../auth/front-door.adapter.js';
import { noticeOnTheWay } from '../auth/login-notices.js';
import { personOf } from '../auth/sign-in.js';
import { WayHere } from '../auth/way-here.js';
import { isStoreFailure } from '../database/store-failure.js';
import { leaveNotice } from '../http/next-page.js';
import type { Entry } from '../sessions/entry.js';
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
    private readonly door: FrontDoor,
    private readonly way: WayHere,
    private readonly audit: AuditLog,
  ) {}

  /** Leads on: in, or else to the sign-in form, with a sentence of what was done. */
  async goOn(request: Request, response: Response, proof: ProvedByLink): Promise<void> {
    const entry = await this.enter(this.door.entrantOf(request), proof);
    if (entry === null) return response.redirect(303, `/login?done=${proof.done}`);
    await this.door.letIn(request, response, entry, this.way.home);
    const sentence = noticeOnTheWay(proof.done);
    if (sentence !== null) await leaveNotice(request, this.way.home, sentence);
    response.redirect(303, this.way.home);
  }

  /** What the link did is done, so a store that fails only now is no failure of it: they can still sign in as ever. */
  private async enter(entrant: Entrant, { user, passwordHash, done }: ProvedByLink): Promise<Entry | null> {
    const { principal, origin } = entrant;
    // Somebody else is signed in here: a link must not change under their hands who they are.
    if (principal !== null && principal.person.id !== user.id) return null;
    const proof = new PasswordProof(passwordHash);
    // A new password is told by a mail of its own, and of a new account there is nothing to tell.
    const arrival = { person: personOf(user), proof, remembered: false, tellsOfDevice: false };
    const entry = await this.arrivals.welcome(entrant, arrival).catch(nobodyWhereStoresFail);
    if (entry === null) return null;
    const facts = { method: 'pwd', by: done };
    const event = {
      event: 'authn_login_success',
      outcome: 'success',
      userId: user.id,
      session: null,
    } as const;
    this.audit.record({ ...event, facts }, origin);
    return entry;
  }
}

function nobodyWhereStoresFail(error: unknown): null {
  if (isStoreFailure(error)) return null;
  throw error;
}
