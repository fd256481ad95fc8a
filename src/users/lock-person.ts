import type { EntityManager } from 'typeorm';
import { lockingRows } from '../database/locks.js';
import type { User } from './user.entity.js';

/** Somebody whose account stays as it is for now. */
export type LockedPerson = Pick<User, 'id' | 'sessionsVersion'>;

/**
 * Keeps an account as it is until the transaction is over: who changes it, signs in to it or ends its sessions
 * does so one after the other. Lock the person first, before tokens and sessions: all in the same order.
 * @returns null where nobody has this id.
 */
export async function lockPerson(manager: EntityManager, userId: string): Promise<LockedPerson | null> {
  const statement = `SELECT sessions_version FROM users WHERE id = $1${lockingRows(manager)}`;
  const [row] = await manager.query<readonly VersionRow[]>(statement, [userId]);
  return row === undefined ? null : { id: userId, sessionsVersion: Number(row.sessions_version) };
}

/**
 * The same for several people. Always in the same order: two browsers, in each of which somebody signs in where the other one
 * was, would wait for each other for ever. So it comes before any of them is locked by something else.
 */
export async function lockPeople(manager: EntityManager, userIds: readonly string[]): Promise<void> {
  for (const userId of [...new Set(userIds)].sort()) await lockPerson(manager, userId);
}

/** PostgreSQL gives 64-bit numbers as text. */
interface VersionRow {
  readonly sessions_version: number | string;
}
