import type { EntityManager } from 'typeorm';
import type { Instant } from '../kernel/clock.js';

/** Under which name a transaction keeps its instant beside it. */
const NAME = 'instant';

/** Says when what is written through this manager from now on happens. */
export function happensAt(manager: EntityManager, at: Instant): void {
  if (manager.queryRunner !== undefined) manager.queryRunner.data[NAME] = at;
}

/**
 * When a transaction happens: one instant for all that it writes, as its work began. What is compared with one another later, such
 * as when a factor was added and when its notice was made, takes it from here: between two looks at the clock time goes by.
 * @throws outside of `Transaction.run`
 */
export function instantOf(manager: EntityManager): Instant {
  const at: unknown = manager.queryRunner?.data[NAME];
  if (typeof at !== 'number') throw new Error('Only what is done by Transaction.run has an instant.');
  return at;
}
