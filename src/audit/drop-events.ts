import type { EntityManager } from 'typeorm';
import { isPostgres } from '../database/locks.js';
import type { Instant } from '../kernel/clock.js';
import type { Front } from './stream-front.js';

/** Where a stream is to begin, proved. */
export interface ProvedFront extends Front {
  readonly stream: string;
  /** Where it began before. */
  readonly from: number;
  readonly mac: string;
}

/** Deletes a stream's front, inside a transaction, and writes down where it begins now. */
export async function dropFront(manager: EntityManager, until: Instant, front: ProvedFront): Promise<void> {
  const { stream, from, begins, macBefore, oldestAt, over, mac } = front;
  if (isPostgres(manager)) {
    const row = { stream, from, begins, over, oldest_at: oldestAt, mac_before: macBefore, mac };
    await manager.query('SELECT audit_sweep($1, 0, $2)', [until, JSON.stringify(row)]);
    return;
  }
  await manager.query(GONE, [stream, from, begins]);
  await (over
    ? manager.query('DELETE FROM audit_streams WHERE stream = $1', [stream])
    : manager.query(BEGINS, [begins, macBefore, oldestAt, mac, stream]));
}

const GONE = 'DELETE FROM audit_events WHERE stream = $1 AND seq >= $2 AND seq < $3';
const BEGINS = `
  UPDATE audit_streams SET begins = $1, mac_before = $2, oldest_at = $3, mac = $4 WHERE stream = $5`;

/** Deletes at most `most` events that stand outside the chain, of versions before. @returns how many */
export async function dropUnchained(manager: EntityManager, until: Instant, most: number): Promise<number> {
  if (isPostgres(manager)) {
    const rows = await manager.query<readonly { readonly gone: string }[]>(
      'SELECT audit_sweep($1, $2, NULL) AS gone',
      [until, most],
    );
    return Number(rows[0]?.gone ?? 0);
  }
  const done = await manager.queryRunner?.query(UNCHAINED, [until, most], true);
  return done?.affected ?? 0;
}

const OLD = 'SELECT id FROM audit_events WHERE stream IS NULL AND occurred_at <= $1 LIMIT $2';
const UNCHAINED = `DELETE FROM audit_events WHERE id IN (${OLD})`;
