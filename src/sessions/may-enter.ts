import type { EntityManager } from 'typeorm';
import { lockingRows } from '../database/locks.js';
import { strengthOf } from '../kernel/strength.js';
import type { Proof } from './proof.js';
import type { Session } from './session-store.js';

/** Who is to come in, and all that was proved by then: before as well, where a sign-in goes on. */
type Entering = Pick<Session, 'userId' | 'amr'>;

/**
 * The version under which a session may begin for somebody who gave this proof; null: none may, because they are gone,
 * disabled, the proof stands no more, or they have a second factor and what was proved has none: so no way in, whoever
 * adds it, lets anybody past a factor. The account stays as it is until the transaction is over, so whoever ends all
 * sessions does so before, and the version is the new one, or after.
 */
export async function mayEnter(
  manager: EntityManager,
  { userId, amr }: Entering,
  proof: Proof,
): Promise<number | null> {
  const statement = `${ACCOUNT}${lockingRows(manager)}`;
  const [row] = await manager.query<readonly AccountRow[]>(statement, [userId]);
  if (row === undefined || row.disabled_at !== null) return null;
  if (strengthOf(amr) < (row.second_factor_at === null ? 1 : 2)) return null;
  const person = { id: userId, passwordHash: row.password_hash };
  return (await proof.holds(manager, person)) ? Number(row.sessions_version) : null;
}

const ACCOUNT =
  'SELECT password_hash, disabled_at, second_factor_at, sessions_version FROM users WHERE id = $1';

/** PostgreSQL gives 64-bit numbers as text. */
interface AccountRow {
  readonly password_hash: string | null;
  readonly disabled_at: number | string | null;
  readonly second_factor_at: number | string | null;
  readonly sessions_version: number | string;
}
