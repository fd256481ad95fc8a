import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../audit/audit-log.js';
import type { Entrant } from '../auth/entrance.js';
import type { Duration } from '../kernel/durations.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import type { Entry } from '../sessions/entry.js';
import { PasskeyBudget, type PasskeyFrom } from '../throttle/passkey-budget.js';
import type { Holder } from './ceremonies.js';
import { EnterByPasskey } from './enter-by-passkey.js';
import { PasskeyCheck } from './passkey-check.js';
import type { Passkey } from './passkey.entity.js';
import { type Assertion, parseAssertion } from './responses.js';
import type { ShownPasskey } from './shown-passkey.js';

/** What came from a browser that is to sign somebody in. */
export interface PasskeySignIn {
  /** What the page's script sent: `AuthenticationResponseJSON` as text, or anything else. */
  readonly credential: string;
  /** Who was given the challenge. */
  readonly holder: Holder;
  readonly remembered: boolean;
}

export type PasskeySignInOutcome =
  | { readonly outcome: 'welcome'; readonly entry: Entry }
  /** Unknown, wrong, used before, removed, suspended, somebody disabled: nobody outside learns which. */
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'throttled'; readonly retryAfter: Duration };

/** An answer, the passkey that it names, and what it was counted against. */
interface Named {
  readonly assertion: Assertion | null;
  readonly passkey: Passkey | null;
  readonly from: PasskeyFrom;
}

/** Signs people in who show a passkey that verified them, and no password. */
@Injectable()
export class SignInByPasskey {
  constructor(
    private readonly checks: PasskeyCheck,
    private readonly budget: PasskeyBudget,
    private readonly entering: EnterByPasskey,
    private readonly audit: AuditLog,
  ) {}

  /** @throws Unavailable */
  async attempt(entrant: Entrant, asked: PasskeySignIn): Promise<PasskeySignInOutcome> {
    const { origin } = entrant;
    const assertion = parseAssertion(asked.credential);
    const passkey = assertion === null ? null : await this.checks.named(assertion);
    const userId = passkey?.userId ?? null;
    const from = { ip: origin.ip, knownDevice: userId === null ? null : entrant.knownDevice(userId) };
    const retryAfter = await this.budget.count(from);
    if (retryAfter !== null) {
      this.record('authn_login_fail_max', { userId, reason: 'throttled' }, origin);
      return { outcome: 'throttled', retryAfter };
    }
    const done = await this.decide(entrant, { assertion, passkey, from }, asked);
    if (done.outcome === 'refused') {
      this.record('authn_login_fail', { userId, reason: done.reason }, origin);
      return { outcome: 'refused' };
    }
    return done;
  }

  private async decide(
    entrant: Entrant,
    { assertion, passkey, from }: Named,
    { holder, remembered }: PasskeySignIn,
  ): ReturnType<EnterByPasskey['enter']> {
    const { origin } = entrant;
    if (assertion === null) return { outcome: 'refused', reason: 'malformed' };
    // Without a name typed, the authenticator must say whose passkey it is.
    if (passkey !== null && assertion.response.userHandle === undefined)
      return { outcome: 'refused', reason: 'handle' };
    const answer = { assertion, passkey, holder, origin, userVerification: 'required' } as const;
    const checked = await this.checks.check(answer);
    if (checked.outcome === 'wrong') return { outcome: 'refused', reason: checked.reason };
    const attempt = {
      succeeded: (within?: EntityManager) => this.budget.giveBack(from, within),
      abandoned: () => this.budget.giveBack(from),
    };
    const done = await this.entering.enter(entrant, checked.shown, { remembered, attempt });
    if (done.outcome === 'welcome') this.recordWelcome(checked.shown, origin);
    return done;
  }

  private recordWelcome({ id, userId }: ShownPasskey, origin: RequestOrigin): void {
    const facts = { method: 'passkey', passkey: id };
    const event = { event: 'authn_login_success', outcome: 'success', userId, session: null, facts } as const;
    this.audit.record(event, origin);
  }

  private record(
    event: 'authn_login_fail' | 'authn_login_fail_max',
    { userId, reason }: { readonly userId: string | null; readonly reason: string },
    origin: RequestOrigin,
  ): void {
    const facts = { method: 'passkey', reason };
    const outcome = event === 'authn_login_fail' ? 'failure' : 'refused';
    this.audit.record({ event, outcome, userId, session: null, facts }, origin);
  }
}
