import type { DataSource } from 'typeorm';
import { storable } from './storable-text.js';

/** A statement that gives its rows as one JSON text, for any number of keys. Names of our own columns, never input. */
export interface JsonRows {
  /** With their table's alias: `s.id_hash`. A row has them by what follows the dot. */
  readonly columns: readonly (string | Gathered)[];
  /** What stands behind FROM. */
  readonly from: string;
  /** The column the keys are looked for in. */
  readonly key: string;
  /** What else must hold. */
  readonly where: string;
}

/**
 * What other rows hold in a column, as one text of the row they belong to: read it by {@link gatheredIn}. For values
 * without spaces; a list of JSON would cost more to make and to read.
 */
export interface Gathered {
  /** What the row has it by. */
  readonly as: string;
  readonly column: string;
  readonly from: string;
  /** Which rows belong to it. */
  readonly where: string;
}

/** The values of a {@link Gathered} column, sorted; whatever order the database has them in. */
export const gatheredIn = (text: string | null): readonly string[] =>
  text === null ? [] : text.split(' ').sort();

/**
 * The statement on this database. The keys go there and the rows come back as one text each, because drivers turn
 * columns into JavaScript values one by one, which costs more than finding them.
 */
export function jsonRowsQuery(dataSource: DataSource, { columns, from, key, where }: JsonRows): string {
  const isPostgres = dataSource.options.type === 'postgres';
  const pairs = columns.map(column => pairOf(column, isPostgres ? 'string_agg' : 'group_concat')).join();
  const [rows, isWanted] = isPostgres
    ? [
        `json_agg(json_build_object(${pairs}))::text`,
        '= ANY(ARRAY(SELECT json_array_elements_text($1::json)))',
      ]
    : [`json_group_array(json_object(${pairs}))`, 'IN (SELECT value FROM json_each($1))'];
  return `SELECT ${rows} AS found FROM ${from} WHERE ${key} ${isWanted} AND ${where}`;
}

function pairOf(column: string | Gathered, joinedBy: string): string {
  if (typeof column === 'string') return `'${column.replace(/^\w+\./, '')}', ${column}`;
  const { as, column: value, from, where } = column;
  return `'${as}', (SELECT ${joinedBy}(${value}, ' ') FROM ${from} WHERE ${where})`;
}

/** Runs a {@link jsonRowsQuery}. `Row` says what its columns hold. */
export async function readJsonRows<Row>(
  dataSource: DataSource,
  query: string,
  keys: readonly string[],
): Promise<readonly Row[]> {
  // JSON would write it as an escape that PostgreSQL refuses. Nobody has such a key.
  const text = JSON.stringify(keys.map(storable));
  const [answer] = await dataSource.query<{ readonly found: string | null }[]>(query, [text]);
  const rows: readonly Row[] = JSON.parse(answer?.found ?? '[]');
  return rows;
}
