import type { EntityManager } from 'typeorm';
import type { Duration } from '../kernel/durations.js';

/** A write that waits for its turn. */
export interface WaitingWrite {
  /** Whether it is one statement, which is kept or not as a whole by itself. */
  readonly isOne: boolean;
  /** How long it may wait for others, so that all are kept with one journey to the disk. */
  readonly patience: Duration;
  /** @returns what says how it went, once it is known whether it is kept. */
  readonly work: (manager: EntityManager) => Promise<Ending>;
  readonly failed: (error: unknown) => void;
}

/** Tells whoever asked for a write how it went. */
export type Ending = () => void;

/** A write of somebody who waits, and that is done in a transaction of somebody else's. */
const NAME = 'along';

/**
 * Runs `first` and after it what else waits, in a transaction that the caller keeps. One that fails takes nothing of the
 * others along; where the first fails nobody is in yet, and the transaction is not kept.
 * @param next the next write that waits; null: no more.
 * @param done those that are to be told, in their order.
 * @throws what `first` throws, and the driver's error where the database cannot go on: then nothing is kept.
 */
export async function writeTogether(
  manager: EntityManager,
  first: WaitingWrite,
  { next, done }: { readonly next: () => WaitingWrite | null; readonly done: [WaitingWrite, Ending][] },
): Promise<void> {
  done.push([first, await first.work(manager)]);
  for (let write = next(); write !== null; write = next()) {
    const place: [WaitingWrite, Ending] = [write, () => undefined];
    done.push(place);
    place[1] = await along(manager, write);
  }
}

async function along(manager: EntityManager, write: WaitingWrite): Promise<Ending> {
  if (!write.isOne) await manager.query(`SAVEPOINT ${NAME}`);
  try {
    // A savepoint is not released: the end of the transaction does that for all of them.
    return await write.work(manager);
  } catch (error) {
    // Where the machine failed these fail as well, and all of them are told.
    if (!write.isOne) await manager.query(`ROLLBACK TO ${NAME}`);
    if (!write.isOne) await manager.query(`RELEASE ${NAME}`);
    return () => write.failed(error);
  }
}
