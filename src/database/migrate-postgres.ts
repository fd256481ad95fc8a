import { DataSource, type EntityManager, MigrationExecutor } from 'typeorm';
import { z } from 'zod';
import { requireFit } from './fit-postgres.js';
import { migrationConnection, type PostgresOptions } from './postgres-options.js';
import { schemaSeenBy } from './schema-state.js';
import { UnfitDatabase } from './unfit-database.js';
import { withoutLimits } from './without-limits.js';

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
  try {
    await requireFit(dataSource, { writes: true });
    return await withoutLimits(dataSource, async manager => {
      await manager.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
      await requireOwnSchema(manager);
      await schemaSeenBy(manager);
      const migrations = new MigrationExecutor(dataSource, manager.queryRunner);
      migrations.transaction = 'none';
      return (await migrations.executePendingMigrations()).map(({ name }) => name);
    });
  } finally {
    await dataSource.destroy();
  }
}

/** One of our tables by a name that hardly anybody else has, wherever `search_path` finds it. */
const PLACES = `
  SELECT current_schema() AS here,
    (SELECT nspname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
      WHERE pg_class.oid = to_regclass('one_time_tokens')) AS tables`;

const Places = z.tuple([z.object({ here: z.string().nullable(), tables: z.string().nullable() })]);

/** New tables go where `search_path` begins, statements find tables anywhere on it. @throws UnfitDatabase where these differ. */
async function requireOwnSchema(manager: EntityManager): Promise<void> {
  const [{ here, tables }] = Places.parse(await manager.query(PLACES));
  if (tables === null || here === null || tables === here) return;
  throw new UnfitDatabase(
    `the tables of Gatehouse are in the schema ${tables}, but the search_path begins with ${here}, where others would be made`,
    `Name the right one alone: ALTER ROLE … SET search_path = ${tables}. Then start again.`,
  );
}
