import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { EventName, SecurityEvent } from '../audit/security-event.js';
import type { CompromiseKind } from '../credentials/compromise.js';
import type { Instant } from '../kernel/clock.js';
import { FactorKinds } from './factor-kinds.js';
import { FactorResets } from './factor-resets.js';
import { Factors } from './factors.js';

/**
 * What becomes of second factors where an account may be in the wrong hands. "Not me" suspends those that were added since
 * the event that its notice told of: they may be the intruder's, and prove nothing until their owner admits them again. A
 * reset, by mail or by an operator, changes the password and no factor (ASVS 6.4.3).
 */
@Injectable()
export class SuspendFactors {
  constructor(
    private readonly kinds: FactorKinds,
    private readonly factors: Factors,
    private readonly resets: FactorResets,
  ) {}

  /** Inside the transaction that closes the account to others. @returns what is to be recorded once that is kept. */
  async atCompromise(
    manager: EntityManager,
    userId: string,
    kind: CompromiseKind,
    since: Instant | null,
  ): Promise<readonly SecurityEvent[]> {
    if (kind !== 'not-me') return [];
    const told: SecurityEvent[] = [];
    if (await this.resets.cancel(manager, userId))
      told.push(eventOf('authn_factor_reset_cancel', userId, { by: 'not-me' }));
    const { inForce } = await this.factors.countOf(manager, userId);
    let suspended = 0;
    for (const each of this.kinds.all()) suspended += await each.suspend(manager, userId, since);
    // Who had none in force, but passkeys of another host, has lost none by it: one is asked of them still, or a mail would
    // stand in for it.
    if (inForce > 0) await this.factors.settle(manager, userId);
    if (suspended > 0) told.push(eventOf('authn_factor_suspended', userId, { count: suspended }));
    return told;
  }
}

const eventOf = (
  event: EventName,
  userId: string,
  facts: Readonly<Record<string, string | number>>,
): SecurityEvent => ({ event, outcome: 'success', userId, session: null, facts });
