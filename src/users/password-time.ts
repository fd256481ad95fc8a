import type { EntityManager } from 'typeorm';
import { futureFrom, type Instant } from '../kernel/clock.js';
import { User } from './user.entity.js';

/**
 * Puts right when somebody's password was set, inside a transaction, where that lies in the future because the clock was ahead:
 * it counts as now. Whatever asks whether the password is newer than something would say so until that time comes.
 * @returns the person as they are then.
 */
export async function withPasswordTimeRight(manager: EntityManager, user: User, now: Instant): Promise<User> {
  const { id, passwordChangedAt } = user;
  if (passwordChangedAt === null || passwordChangedAt < futureFrom(now)) return user;
  await manager.update(User, { id, passwordChangedAt }, { passwordChangedAt: now });
  return { ...user, passwordChangedAt: now };
}
