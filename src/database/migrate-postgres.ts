import { DataSource, MigrationExecutor } from 'typeorm';
import { requireFit } from './fit-postgres.js';
import { migrationConnection, type PostgresOptions } from './postgres-options.js';
import { schemaSeenBy } from './schema-state.js';

/** The advisory lock of whoever brings the schema up to date: "gatehous" in ASCII, read as a number. */
const MIGRATION_LOCK = '7449355594085364083';

/**
 * Brings a PostgreSQL schema up to date, on a connection of its own whose statements may take their time. All or
 * nothing, and one node at a time: those that start together wait for the first one and find nothing to do.
 * @returns the names of the migrations that were applied.
 * @throws UnfitDatabase, or the driver's error.
 */
export async function migratePostgres(options: PostgresOptions): Promise<readonly string[]> {
  const dataSource = await new DataSource(migrationConnection(options)).initialize();
  const runner = dataSource.createQueryRunner();
  try {
    await requireFit(dataSource, { writes: true });
    await runner.startTransaction();
    // The role or the database may have limits of its own: behind a pooler that is where ours are.
    await runner.query('SET LOCAL statement_timeout = 0');
    await runner.query('SET LOCAL lock_timeout = 0');
    await runner.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await schemaSeenBy(runner);
    const migrations = new MigrationExecutor(dataSource, runner);
    migrations.transaction = 'none';
    const applied = await migrations.executePendingMigrations();
    await runner.commitTransaction();
    return applied.map(({ name }) => name);
  } finally {
    await runner.release();
    await dataSource.destroy();
  }
}
