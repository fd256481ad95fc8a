import type { DataSource } from 'typeorm';
import type { AppConfig } from '../config/app-config.js';
import { isPostgres } from './locks.js';
import { type KeyColumn, keyColumnsIn, type RowWords } from './key-columns.js';

/** Rows of one kind that need one data key. */
export interface Need {
  readonly keyId: string;
  readonly rows: number;
  readonly words: RowWords;
  /** Whether they can be sealed with another key; else they need this one as long as they are there. */
  readonly resealable: boolean;
}

/**
 * The ids of the data keys that rows of a database need. One small look-up for each key and column, where the column has
 * an index (on PostgreSQL one that sorts by bytes); else it reads the table.
 */
export async function neededKeys(database: DataSource): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const column of await keyColumnsIn(database))
    for await (const id of keysIn(database, column)) found.add(id);
  return [...found].sort();
}

/** How many rows need which key, for a person who reads it: it counts whole tables. */
export async function needsOf(database: DataSource): Promise<readonly Need[]> {
  const needs: Need[] = [];
  for (const column of await keyColumnsIn(database)) {
    const { words, place } = column;
    for (const { id, rows } of await countsIn(database, column))
      needs.push({ keyId: id, rows: Number(rows), words, resealable: place !== null });
  }
  return needs;
}

/**
 * Which keys rows need that are not among `ids`, and what needs them, as a sentence for the operator; null where none is
 * missing.
 */
export async function missingKeys(database: DataSource, ids: readonly string[]): Promise<string | null> {
  const missing = (await neededKeys(database)).filter(id => !ids.includes(id));
  if (missing.length === 0) return null;
  const needs = await needsOf(database);
  const each = missing.map(id => {
    const words = needsInWords(needs.filter(({ keyId }) => keyId === id));
    return `${id}, which ${words} cannot do without`;
  });
  return `A data key is missing: ${each.join('; and ')}.`;
}

/** The same with what to do about it, for whoever has these keys in the file of the configuration. */
export async function keysToPutBack(
  database: DataSource,
  { dataKeyFile, whereSet }: Pick<AppConfig, 'dataKeyFile' | 'whereSet'>,
  ids: readonly string[],
): Promise<string | null> {
  const missing = await missingKeys(database, ids);
  if (missing === null) return null;
  const named = whereSet('DATA_KEY_FILE') ?? whereSet('DATA_DIR') ?? 'the default';
  return (
    `${missing} Put its line back into ${JSON.stringify(dataKeyFile)} (${named}), from the copy that was kept apart ` +
    'from the backups. Where it is lost for good: docs/operations.md, "A data key that is lost".'
  );
}

/** "3 mails, 1 code" */
export const needsInWords = (needs: readonly Need[]): string =>
  needs.map(({ rows, words: [one, several] }) => `${rows} ${rows === 1 ? one : several}`).join(', ');

/** Each look-up passes over all that the key before sealed: "/" comes right after the full stop behind its id. */
async function* keysIn(database: DataSource, { table, column, place }: KeyColumn): AsyncGenerator<string> {
  const sorted = isPostgres(database.manager) ? `${column} COLLATE "C"` : column;
  const statement = `SELECT min(${sorted}) AS first FROM ${table} WHERE ${sorted} > $1`;
  for (let after = ''; ;) {
    const [row] = await database.query<readonly { readonly first: string | null }[]>(statement, [after]);
    const first = row?.first ?? null;
    if (first === null) return;
    const [id = ''] = first.split('.', 1);
    yield id;
    after = place === null ? first : `${id}/`;
  }
}

function countsIn(
  database: DataSource,
  { table, column, place }: KeyColumn,
): Promise<readonly { readonly id: string; readonly rows: string | number }[]> {
  const before = isPostgres(database.manager)
    ? `split_part(${column}, '.', 1)`
    : `substr(${column}, 1, instr(${column}, '.') - 1)`;
  const id = place === null ? column : before;
  return database.query(
    `SELECT ${id} AS id, count(*) AS rows FROM ${table} WHERE ${column} IS NOT NULL GROUP BY ${id} ORDER BY ${id}`,
  );
}
