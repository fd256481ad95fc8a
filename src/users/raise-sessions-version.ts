import type { EntityManager } from 'typeorm';
import { lockPerson } from './lock-person.js';
import { User } from './user.entity.js';

/** The version of somebody's sessions before and after all of them ended. */
export interface RaisedVersion {
  readonly from: number;
  readonly to: number;
}

/** How it is raised. */
interface Raising {
  /** The new version is not below it. */
  readonly atLeast?: number;
  /**
   * What comes before the old version is over: a session that is to stay gets the new one here. Others may read in
   * between, on SQLite's one connection as well, and one above the person's counts as live.
   */
  readonly first: (version: RaisedVersion) => Promise<unknown>;
}

/**
 * Ends every session of a person, wherever it is kept and whether or not anything still knows of it, as soon as the
 * transaction is kept. Whoever signs in comes before it or after it: the person is locked until then.
 * @returns null where nobody has this id (any more): then no session of theirs counts.
 */
export async function raiseSessionsVersion(
  manager: EntityManager,
  userId: string,
  { atLeast = 0, first }: Raising,
): Promise<RaisedVersion | null> {
  const person = await lockPerson(manager, userId);
  if (person === null) return null;
  const from = person.sessionsVersion;
  const to = Math.max(from + 1, atLeast);
  await first({ from, to });
  await manager.update(User, { id: userId }, { sessionsVersion: to });
  return { from, to };
}
