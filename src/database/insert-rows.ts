import type { EntityManager, EntityMetadata } from 'typeorm';
import { isPostgres } from './locks.js';
import { storable } from './storable-text.js';

/** What is known of an entity's table: read once, because it does not change. */
interface Into {
  readonly statement: string;
  /** By the names of their columns. */
  readonly properties: readonly (readonly [column: string, property: string])[];
}

const known = new WeakMap<EntityMetadata, Into>();

/**
 * Adds rows in one statement, which is the same text however many there are: a query builder makes each statement anew, and
 * the database would have to parse each, which costs more than what it does with it. Every property of the entity must
 * have its value; none is generated. What no database keeps of a text is kept by neither.
 * @param returning what is wanted of each row, as SQL; in it the table has its own name.
 * @returns that. @throws the driver's error
 */
export async function insertRows<Row extends object>(
  manager: EntityManager,
  entity: new () => Row,
  rows: readonly Row[],
  returning: string | null = null,
): Promise<unknown> {
  const { statement, properties } = intoOf(manager, manager.connection.getMetadata(entity));
  const values = rows.map(row =>
    Object.fromEntries(properties.map(([column, property]) => [column, kept(Reflect.get(row, property))])),
  );
  // TypeORM asks SQLite for no rows where a statement begins with INSERT.
  const asked = returning === null ? statement : `\n${statement} RETURNING ${returning}`;
  return manager.query<unknown>(asked, [JSON.stringify(values)]);
}

const kept = (value: unknown): unknown => (typeof value === 'string' ? storable(value) : (value ?? null));

function intoOf(manager: EntityManager, metadata: EntityMetadata): Into {
  const found = known.get(metadata);
  if (found !== undefined) return found;
  const { columns, tableName } = metadata;
  const names = columns.map(({ databaseName }) => databaseName);
  const [values, rows] = isPostgres(manager)
    ? [names, `json_populate_recordset(NULL::${tableName}, $1::json)`]
    : [names.map(name => `value ->> '${name}'`), 'json_each($1)'];
  const into = {
    statement: `INSERT INTO ${tableName} (${names.join()}) SELECT ${values.join()} FROM ${rows}`,
    properties: columns.map(({ databaseName, propertyName }) => [databaseName, propertyName] as const),
  };
  known.set(metadata, into);
  return into;
}
