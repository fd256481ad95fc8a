import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { originOf } from '../http/request-origin.js';
import type { CurrentPerson } from '../kernel/principal.js';
import type { Proof } from '../sessions/proof.js';
import { KnownDevices } from '../throttle/known-devices.js';
import { ENTER_PASSWORD, NOT_YOUR_PASSWORD } from './auth.words.js';
import { SignIn } from './sign-in.js';
import { refusalOf, type Refusal } from './refusal.js';

export type ConfirmOutcome = { readonly outcome: 'confirmed'; readonly proof: Proof } | Refusal;

/** Lets a signed-in person prove once more that they know the password; counted like any sign-in. */
@Injectable()
export class ConfirmPassword {
  constructor(
    private readonly signIn: SignIn,
    private readonly devices: KnownDevices,
  ) {}

  /**
   * Counted against this browser, or else against this session: whatever strangers do to the account or from the same
   * address, its owner can go on. @throws Unavailable
   */
  async check(request: Request, person: CurrentPerson, password: string): Promise<ConfirmOutcome> {
    // An empty field is no guess.
    if (password === '') return { outcome: 'no', status: 401, sentence: ENTER_PASSWORD, retryAfter: null };
    const known = this.devices.reader(request);
    const session = `session ${request.gatehouse.principal?.session.publicId ?? ''}`;
    const outcome = await this.signIn.attempt({
      login: person.username,
      password,
      origin: originOf(request),
      purpose: 'confirm',
      knownDevice: userId => known(userId) ?? session,
    });
    if (outcome.outcome === 'welcome') return { outcome: 'confirmed', proof: outcome.proof };
    return refusalOf(outcome, NOT_YOUR_PASSWORD);
  }
}
