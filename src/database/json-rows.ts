import { DataSource, type EntityManager } from 'typeorm';
import { readOneRow } from './read-one-row.js';
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
  const rows = isPostgres
    ? `json_agg(json_build_object(${pairs}))::text`
    : `json_group_array(json_object(${pairs}))`;
  return `SELECT ${rows} AS found FROM ${from} WHERE ${key} ${oneOf(dataSource, '$1')} AND ${where}`;
}

/**
 * The same with each row a line of its own, which {@link lineReader} reads: a JSON list of its columns, which holds no line
 * end. It costs half of what objects do to make, and rows can be told apart before they are parsed.
 */
export function jsonLinesQuery(dataSource: DataSource, { columns, from, key, where }: JsonRows): string {
  const isPostgres = dataSource.options.type === 'postgres';
  const values = columns.map(column => valueOf(column, isPostgres ? 'string_agg' : 'group_concat')).join();
  const lines = isPostgres
    ? `string_agg(json_build_array(${values})::text, chr(10))`
    : `group_concat(json_array(${values}), char(10))`;
  return `SELECT ${lines} AS found FROM ${from} WHERE ${key} ${oneOf(dataSource, '$1')} AND ${where}`;
}

/** What reads the lines of a {@link jsonLinesQuery}. `Row` says what its columns hold. */
export function lineReader<Row>({ columns }: Pick<JsonRows, 'columns'>): (line: string) => Row {
  const names = columns.map(nameOf);
  return line => {
    const values: readonly unknown[] = JSON.parse(line);
    return Object.fromEntries(names.map<readonly unknown[]>((name, index) => [name, values[index]]));
  };
}

/** A condition on a column: equal to one of the texts in the JSON array that the parameter is. */
export const oneOf = ({ options }: DataSource, parameter: string): string =>
  options.type === 'postgres'
    ? `= ANY(ARRAY(SELECT json_array_elements_text(${parameter}::json)))`
    : `IN (SELECT value FROM json_each(${parameter}))`;

const pairOf = (column: string | Gathered, joinedBy: string): string =>
  `'${nameOf(column)}', ${valueOf(column, joinedBy)}`;

const nameOf = (column: string | Gathered): string =>
  typeof column === 'string' ? column.replace(/^\w+\./, '') : column.as;

function valueOf(column: string | Gathered, joinedBy: string): string {
  if (typeof column === 'string') return column;
  const { column: value, from, where } = column;
  return `(SELECT ${joinedBy}(${value}, ' ') FROM ${from} WHERE ${where})`;
}

/** Runs a {@link jsonRowsQuery}, inside a transaction or outside. `Row` says what its columns hold. */
export async function readJsonRows<Row>(
  database: DataSource | EntityManager,
  query: string,
  keys: readonly string[],
): Promise<readonly Row[]> {
  // JSON would write it as an escape that PostgreSQL refuses. Nobody has such a key.
  const text = JSON.stringify(keys.map(storable));
  const answer =
    database instanceof DataSource
      ? await readOneRow<Found>(database, query, text)
      : (await database.query<Found[]>(query, [text]))[0];
  const rows: readonly Row[] = JSON.parse(answer?.found ?? '[]');
  return rows;
}

interface Found {
  readonly found: string | null;
}
