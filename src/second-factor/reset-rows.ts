import { type EntityManager, IsNull, Not } from 'typeorm';
import type { Instant } from '../kernel/clock.js';
import { User } from '../users/user.entity.js';
import { FactorReset } from './factor-reset.entity.js';

/** A person whose factors were reset has a new one: inside a transaction. */
export async function finishReset(manager: EntityManager, userId: string, now: Instant): Promise<void> {
  const open = { userId, doneAt: Not(IsNull()), finishedAt: IsNull() };
  await manager.update(FactorReset, open, { finishedAt: now, codeDigest: null });
}

/** Stops somebody's reset that waits, inside a transaction. @returns whether one did. */
export async function cancelReset(manager: EntityManager, userId: string, now: Instant): Promise<boolean> {
  const waiting = { userId, cancelledAt: IsNull(), doneAt: IsNull() };
  if ((await manager.update(FactorReset, waiting, { cancelledAt: now })).affected !== 1) return false;
  await manager.update(User, { id: userId }, { factorResetAt: null });
  return true;
}
