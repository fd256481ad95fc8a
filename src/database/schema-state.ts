import type { DataSource } from 'typeorm';
import { migrationsOf } from './data-source-options.js';
import { type Asked, ourTables, tablesNamed } from './our-tables.js';
import { UnfitDatabase } from './unfit-database.js';

/**
 * How far a schema is: there are no tables of ours, migrations are missing, it is as this version has it, or a later
 * version was at work.
 */
export type SchemaState = 'none' | 'behind' | 'ours' | 'later';

/**
 * How far the schema of an open database is.
 * @throws UnfitDatabase where another program has tables by the names of ours.
 */
export async function schemaOf(database: DataSource): Promise<SchemaState> {
  const runner = database.createQueryRunner();
  try {
    return await schemaSeenBy(runner);
  } finally {
    await runner.release();
  }
}

/** The same by one connection: a pool of one has no other. */
export async function schemaSeenBy(runner: Asked): Promise<SchemaState> {
  const tables = await tablesNamed(['migrations', ...ourTables(runner.connection).keys()], runner);
  const applied = tables.get('migrations')?.includes('name') === true ? await namesIn(runner) : [];
  const ours = migrationsOf(runner.connection.options);
  if (!applied.some(name => ours.includes(name))) {
    // Other programs keep their migrations in a table of that name as well.
    const [foreign] = [...tables.keys()].filter(name => name !== 'migrations' || applied.length > 0);
    if (foreign !== undefined) throw new UnfitDatabase(`its table "${foreign}" is not of Gatehouse`, ITS_OWN);
    return 'none';
  }
  if (applied.some(name => !ours.includes(name))) return 'later';
  return ours.some(name => !applied.includes(name)) ? 'behind' : 'ours';
}

const ITS_OWN = 'Another program works with it: name a database that is for Gatehouse alone.';

async function namesIn(runner: Asked): Promise<readonly string[]> {
  const rows: readonly { readonly name: string }[] = await runner.query('SELECT name FROM migrations');
  return rows.map(({ name }) => name);
}
