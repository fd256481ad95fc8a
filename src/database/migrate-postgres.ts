import { DataSource, MigrationExecutor } from 'typeorm';
import { migrationConnection, type PostgresOptions } from './postgres-options.js';

/** The advisory lock of whoever brings the schema up to date: "gatehous" in ASCII, read as a number. */
const MIGRATION_LOCK = '7449355594085364083';

/**
 * Brings a PostgreSQL schema up to date, on a connection of its own whose statements may take their time. All or
 * nothing, and one node at a time: those that start together wait for the first one and find nothing to do.
 * @returns the names of the migrations that were applied.
 */
export async function migratePostgres(options: PostgresOptions): Promise<readonly string[]> {
  const dataSource = await new DataSource(migrationConnection(options)).initialize();
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    // The role or the database may have limits of its own: behind a pooler that is where ours are.
    await runner.query('SET LOCAL statement_timeout = 0');
    await runner.query('SET LOCAL lock_timeout = 0');
    await runner.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
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
