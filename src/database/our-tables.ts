import type { DataSource, EntityManager, EntityMetadata, QueryRunner } from 'typeorm';
import { UnfitDatabase } from './unfit-database.js';

/** Names of columns by the names of their tables. */
export type Tables = ReadonlyMap<string, readonly string[]>;

/** The tables that the program works with, and of each what it needs. */
export function ourTables(database: DataSource): Tables {
  const tables = new Map([['probes', ['name', 'mark']]]);
  // A team's own may stand in another schema.
  for (const { tableName, columns } of database.entityMetadatas.filter(isTableHere))
    tables.set(
      tableName,
      columns.map(column => column.databaseName),
    );
  return tables;
}

const isTableHere = ({ tableType, schema }: EntityMetadata): boolean =>
  tableType === 'regular' && schema === undefined;

/** A connection, or the one of a transaction. */
export type Asked = Pick<QueryRunner, 'connection' | 'query'> | EntityManager;

/** What is there under these names, whatever it is and whoever may read it. */
export async function tablesNamed(names: readonly string[], runner: Asked): Promise<Tables> {
  const rows: readonly Found[] =
    runner.connection.options.type === 'postgres'
      ? await runner.query(IN_POSTGRES, [names])
      : await runner.query(IN_SQLITE, [JSON.stringify(names)]);
  const found = new Map<string, string[]>();
  for (const { name, column } of rows)
    found.set(name, [...(found.get(name) ?? []), ...(column === null ? [] : [column])]);
  return found;
}

interface Found {
  readonly name: string;
  readonly column: string | null;
}

/** Not the information schema, which hides what one has no rights to. */
const IN_POSTGRES = `
  SELECT relname AS name, attname AS column
  FROM pg_class LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
  WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND relname = ANY($1)`;

/** Names in SQLite are the same in capitals. */
const IN_SQLITE = `
  SELECT wanted.value AS name, columns.name AS column
  FROM json_each(?) wanted
  JOIN sqlite_master there ON lower(there.name) = lower(wanted.value)
  LEFT JOIN pragma_table_info(there.name) columns`;

/** @throws UnfitDatabase where a table of ours is not there, or not as it should be. */
export async function requireOurTables(database: DataSource): Promise<void> {
  const ours = ourTables(database);
  const runner = database.createQueryRunner();
  const found = await tablesNamed([...ours.keys()], runner).finally(() => runner.release());
  for (const [table, columns] of ours) {
    const there = found.get(table);
    const lacking = columns.find(column => there?.includes(column) !== true);
    if (there === undefined) throw new UnfitDatabase(`it lacks the table "${table}"`, RESTORE);
    if (lacking !== undefined)
      throw new UnfitDatabase(`its table "${table}" lacks the column "${lacking}"`, RESTORE);
  }
}

const RESTORE = 'Somebody changed its tables: restore a backup. (Or an entity has no migration yet.)';
