import type { EntityManager } from 'typeorm';
import { lockingRows } from '../database/locks.js';
import type { Instant } from '../kernel/clock.js';
import type { RequestOrigin } from '../kernel/request-origin.js';
import type { User } from './user.entity.js';

/** When somebody signed in, from where the last time, and whether a reset of their second factors waits. */
export type PastSignIns = Pick<
  User,
  'id' | 'firstSignInAt' | 'lastSignInAt' | 'lastSignInIp' | 'lastSignInAgent' | 'factorResetAt'
>;

/** Reads the sign-ins of somebody, and keeps the account as it is. @returns null for nobody. */
export async function pastSignInsOf(manager: EntityManager, id: string): Promise<PastSignIns | null> {
  const [row] = await manager.query<readonly PastRow[]>(`${PAST}${lockingRows(manager)}`, [id]);
  if (row === undefined) return null;
  return {
    id,
    firstSignInAt: instantIn(row.first_sign_in_at),
    lastSignInAt: instantIn(row.last_sign_in_at),
    lastSignInIp: row.last_sign_in_ip,
    lastSignInAgent: row.last_sign_in_agent,
    factorResetAt: instantIn(row.factor_reset_at),
  };
}

/** Writes down that somebody signed in at `now`. */
export async function noteSignInOf(
  manager: EntityManager,
  id: string,
  { now, ip, userAgent }: Pick<RequestOrigin, 'ip' | 'userAgent'> & { readonly now: Instant },
): Promise<void> {
  await manager.query(NOTE, [now, ip, userAgent, id]);
}

const PAST = `
  SELECT first_sign_in_at, last_sign_in_at, last_sign_in_ip, last_sign_in_agent, factor_reset_at
  FROM users WHERE id = $1`;

const NOTE = `
  UPDATE users SET first_sign_in_at = coalesce(first_sign_in_at, $1), last_sign_in_at = $1, last_sign_in_ip = $2,
    last_sign_in_agent = $3
  WHERE id = $4`;

/** PostgreSQL gives 64-bit numbers as text. */
interface PastRow {
  readonly first_sign_in_at: Instant | string | null;
  readonly last_sign_in_at: Instant | string | null;
  readonly last_sign_in_ip: string | null;
  readonly last_sign_in_agent: string | null;
  readonly factor_reset_at: Instant | string | null;
}

const instantIn = (column: Instant | string | null): Instant | null =>
  column === null ? null : Number(column);
