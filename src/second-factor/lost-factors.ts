import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../audit/audit-log.js';
import { type EventName, localOrigin } from '../audit/security-event.js';
import { Transaction } from '../database/transaction.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import { AccountChange } from '../sessions/account-change.js';
import { FactorResets, type ResetRequestOutcome } from './factor-resets.js';

/** What came of asking for one; `carriedOut`: their factors are gone by now. */
export type AskedOutcome =
  | Exclude<ResetRequestOutcome, { outcome: 'asked' }>
  | (Extract<ResetRequestOutcome, { outcome: 'asked' }> & { readonly carriedOut: boolean });

/**
 * The procedure for people who have lost every second factor, and their recovery codes. Somebody who runs the site asks for
 * it. It takes effect after a delay in which its owner is told wherever they read, and can stop it.
 */
@Injectable()
export class LostFactors {
  constructor(
    private readonly resets: FactorResets,
    private readonly transaction: Transaction,
    private readonly accounts: AccountChange,
    private readonly audit: AuditLog,
  ) {}

  /** @param now without the delay. @throws Unavailable */
  async reset(userId: string, now: boolean, origin: RequestOrigin): Promise<AskedOutcome> {
    const asked = await this.transaction.run(manager => this.resets.ask(manager, userId, now));
    if (asked.outcome !== 'asked' && asked.outcome !== 'open') return asked;
    this.record('authn_factor_reset_request', userId, origin);
    if (asked.outcome === 'open') return asked;
    return { ...asked, carriedOut: now && (await this.proceed(userId, origin)) };
  }

  /** Stops one that waits. @returns whether one did. @throws Unavailable */
  async cancel(userId: string, origin: RequestOrigin, by: string): Promise<boolean> {
    const cancelled = await this.transaction.run(manager => this.cancelWithin(manager, userId));
    if (cancelled) this.recordCancelled(userId, origin, by);
    return cancelled;
  }

  /** The same inside the transaction of what stops it, which is recorded once that is kept. */
  cancelWithin(manager: EntityManager, userId: string): Promise<boolean> {
    return this.resets.cancel(manager, userId);
  }

  /** Records that one was stopped. @param by what stopped it */
  recordCancelled(userId: string, origin: RequestOrigin, by: string): void {
    this.record('authn_factor_reset_cancel', userId, origin, { by });
  }

  /** Does what is due of somebody's. @returns whether it was carried out. @throws Unavailable */
  async proceed(userId: string, origin: RequestOrigin = localOrigin('factor reset')): Promise<boolean> {
    return this.accounts.apply({
      userId,
      event: 'authn_factor_reset',
      origin,
      change: manager => this.resets.proceed(manager, userId),
    });
  }

  /** As {@link FactorResets.putRight}. @throws Unavailable */
  putRight(): Promise<void> {
    return this.transaction.one(manager => this.resets.putRight(manager));
  }

  private record(
    event: EventName,
    userId: string,
    origin: RequestOrigin,
    facts: Record<string, string> = {},
  ): void {
    this.audit.record({ event, outcome: 'success', userId, session: null, facts }, origin);
  }
}
