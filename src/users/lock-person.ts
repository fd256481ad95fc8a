import type { EntityManager } from 'typeorm';
import { forUpdate } from '../database/locks.js';
import { User } from './user.entity.js';

/** Somebody whose account stays as it is for now. */
export type LockedPerson = Pick<User, 'id' | 'sessionsVersion'>;

/**
 * Keeps an account as it is until the transaction is over: who changes it, signs in to it or ends its sessions
 * does so one after the other. Lock the person first, before tokens and sessions: all in the same order.
 * @returns null where nobody has this id.
 */
export const lockPerson = (manager: EntityManager, userId: string): Promise<LockedPerson | null> =>
  manager.findOne(User, {
    where: { id: userId },
    select: { id: true, sessionsVersion: true },
    ...forUpdate(manager),
  });
