import { LessThan } from 'typeorm';
import type { Transaction } from '../database/transaction.js';
import type { Instant } from '../kernel/clock.js';
import { AuditStream } from './audit-stream.entity.js';
import type { OtherHead } from './heads.js';

/**
 * Has streams that have ended named no more: their end just was. One by one, so that two processes that do the same never
 * wait for each other. Never throws: what is named once more does no harm.
 */
export async function settle(
  transaction: Transaction,
  named: readonly OtherHead[],
  now: Instant,
): Promise<void> {
  for (const { stream, liveUntil } of named) {
    if (liveUntil >= now) continue;
    const which = { stream, liveUntil: LessThan(now) };
    await transaction
      .one(manager => manager.update(AuditStream, which, { liveUntil: null }), 'server')
      .catch(() => undefined);
  }
}
