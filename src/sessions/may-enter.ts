import type { EntityManager } from 'typeorm';
import { forUpdate } from '../database/locks.js';
import { User } from '../users/user.entity.js';
import type { Proof } from './proof.js';

/**
 * The version under which a session may begin for somebody who gave this proof; null: none may, because they are gone,
 * disabled, or the proof stands no more. The account stays as it is until the transaction is over, so whoever ends all
 * sessions does so before, and the version is the new one, or after.
 */
export async function mayEnter(manager: EntityManager, userId: string, proof: Proof): Promise<number | null> {
  const person = await manager.findOne(User, {
    where: { id: userId },
    select: { id: true, passwordHash: true, disabledAt: true, sessionsVersion: true },
    ...forUpdate(manager),
  });
  if (person === null || person.disabledAt !== null || !(await proof.holds(manager, person))) return null;
  return person.sessionsVersion;
}
