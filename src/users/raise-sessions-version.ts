import type { EntityManager } from 'typeorm';
import { lockPerson } from './lock-person.js';
import { User } from './user.entity.js';

/** The version of somebody's sessions before and after all of them ended. */
export interface RaisedVersion {
  readonly from: number;
  readonly to: number;
}

/**
 * Ends every session of a person, wherever it is kept and whether or not anything still knows of it, as soon as the
 * transaction is kept. Whoever signs in comes before it or after it: the person is locked until then.
 * @param atLeast the new version is not below it.
 * @returns null where nobody has this id (any more): then no session of theirs counts.
 */
export async function raiseSessionsVersion(
  manager: EntityManager,
  userId: string,
  atLeast: number,
): Promise<RaisedVersion | null> {
  const person = await lockPerson(manager, userId);
  if (person === null) return null;
  const from = person.sessionsVersion;
  const to = Math.max(from + 1, atLeast);
  await manager.update(User, { id: userId }, { sessionsVersion: to });
  return { from, to };
}
