import type { DataSource, EntityManager } from 'typeorm';
import { isPostgres } from './locks.js';
import { withoutLimits } from './without-limits.js';

/**
 * Reads a database as it was at one moment, however long that takes; others write meanwhile. For commands: on SQLite, this
 * process writes nothing until it is over.
 */
export const atOneMoment = <T>(
  dataSource: DataSource,
  read: (manager: EntityManager) => Promise<T>,
): Promise<T> =>
  isPostgres(dataSource.manager)
    ? withoutLimits(dataSource, read, { isolation: 'REPEATABLE READ' })
    : dataSource.transaction(read);
