import type { EntityManager } from 'typeorm';
import { isPostgres } from '../database/locks.js';
import { futureFrom, type Instant } from '../kernel/clock.js';
import type { DueStream } from './stream-front.js';

/**
 * The stream whose oldest event is the oldest, if that is of `until` or before; no other process has it meanwhile. What
 * lies in the future counts as now, and is looked at to be put right.
 */
export async function dueStream(
  manager: EntityManager,
  until: Instant,
  now: Instant,
): Promise<DueStream | null> {
  const unclaimed = isPostgres(manager) ? ' FOR UPDATE SKIP LOCKED' : '';
  const rows = await manager.query<readonly StreamRow[]>(`${DUE}${unclaimed}`, [until, futureFrom(now)]);
  const [row] = rows;
  if (row === undefined) return null;
  const { stream, key_id: keyId, mac_before: macBefore, mac, live_until } = row;
  const [begins, oldestAt] = [Number(row.begins), Number(row.oldest_at)];
  const liveUntil = live_until === null ? null : Number(live_until);
  return { stream, keyId, begins, macBefore, mac, oldestAt, liveUntil };
}

/** PostgreSQL gives 64-bit numbers as text. */
type Whole = number | string;

interface StreamRow {
  readonly stream: string;
  readonly key_id: string;
  readonly begins: Whole;
  readonly mac_before: string;
  readonly mac: string;
  readonly oldest_at: Whole;
  readonly live_until: Whole | null;
}

const DUE = `
  SELECT stream, key_id, begins, mac_before, mac, oldest_at, live_until FROM audit_streams
  WHERE oldest_at <= $1 OR oldest_at >= $2 ORDER BY oldest_at LIMIT 1`;
