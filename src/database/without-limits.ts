import type { DataSource, EntityManager } from 'typeorm';

/** Names that this version of PostgreSQL does not know are left out. */
const TAKE_AWAY = `
  SELECT set_config(name, '0', true) FROM pg_settings WHERE name IN
    ('statement_timeout', 'lock_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout')`;

/**
 * Runs `work` in a PostgreSQL transaction in which statements may wait and work as long as they take. The role or the
 * database may have limits of its own: behind a pooler that is where ours are.
 */
export const withoutLimits = <T>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<T>,
  { isolation }: { readonly isolation?: 'REPEATABLE READ' } = {},
): Promise<T> => {
  const unlimited = async (manager: EntityManager) => {
    await manager.query(TAKE_AWAY);
    return work(manager);
  };
  return isolation === undefined
    ? dataSource.transaction(unlimited)
    : dataSource.transaction(isolation, unlimited);
};
