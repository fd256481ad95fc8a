import type { EntityManager } from 'typeorm';
import { forUpdate } from '../database/locks.js';
import { User } from '../users/user.entity.js';

/**
 * Whether a session may begin for somebody whose password was verified against this hash: not where they are gone,
 * disabled or have another password by now. The account stays as it is until the transaction is over.
 */
export async function mayEnter(
  manager: EntityManager,
  userId: string,
  passwordHash: string | null,
): Promise<boolean> {
  const person = await manager.findOne(User, {
    where: { id: userId },
    select: { id: true, passwordHash: true, disabledAt: true },
    ...forUpdate(manager),
  });
  return person !== null && person.disabledAt === null && person.passwordHash === passwordHash;
}
