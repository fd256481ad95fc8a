import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../audit/audit-log.js';
import { type EventName, localOrigin } from '../audit/security-event.js';
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
    private readonly audit: AuditLog,
  ) {}

  /** Inside the transaction that closes the account to others. */
  async atCompromise(
    manager: EntityManager,
    userId: string,
    kind: CompromiseKind,
    since: Instant | null,
  ): Promise<void> {
    if (kind !== 'not-me') return;
    if (await this.resets.cancel(manager, userId))
      this.record('authn_factor_reset_cancel', userId, { by: 'not-me' });
    let suspended = 0;
    for (const each of this.kinds.all()) suspended += await each.suspend(manager, userId, since);
    await this.factors.settle(manager, userId);
    if (suspended === 0) return;
    this.record('authn_factor_suspended', userId, { count: suspended });
  }

  private record(event: EventName, userId: string, facts: Readonly<Record<string, string | number>>): void {
    const what = { event, outcome: 'success', userId, session: null, facts } as const;
    this.audit.record(what, localOrigin('this was not me'));
  }
}
