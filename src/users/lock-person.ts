import type { EntityManager } from 'typeorm';
import { forUpdate } from '../database/locks.js';
import { User } from './user.entity.js';

/**
 * Keeps an account as it is until the transaction is over: who changes it, signs in to it or ends its sessions
 * does so one after the other. Lock the person first, before tokens and sessions: all in the same order.
 */
export async function lockPerson(manager: EntityManager, userId: string): Promise<void> {
  await manager.findOne(User, { where: { id: userId }, select: { id: true }, ...forUpdate(manager) });
}
