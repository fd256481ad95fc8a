import type { EntityManager } from 'typeorm';
import { forUpdate } from '../database/locks.js';
import type { Transaction } from '../database/transaction.js';
import { type DataChanges, withChanges } from './session-data.js';
import { SessionRow } from './session.entity.js';
import type { Session } from './session-store.js';

/**
 * Changes what a session's row holds for the application: in one statement where that is still what the caller has
 * read, and else under the row's lock. @returns false where the row is gone.
 */
export async function changeData(
  transaction: Transaction,
  { idHash, data }: Pick<Session, 'idHash' | 'data'>,
  changes: DataChanges,
): Promise<boolean> {
  const { affected } = await transaction.one(manager =>
    manager.update(SessionRow, { idHash, data }, { data: withChanges(data, changes) }),
  );
  return (affected ?? 0) > 0 || transaction.run(manager => changeLocked(manager, idHash, changes));
}

async function changeLocked(manager: EntityManager, idHash: string, changes: DataChanges): Promise<boolean> {
  const row = await manager.findOne(SessionRow, {
    where: { idHash },
    select: { idHash: true, data: true },
    ...forUpdate(manager),
  });
  if (row === null) return false;
  await manager.update(SessionRow, { idHash }, { data: withChanges(row.data, changes) });
  return true;
}
