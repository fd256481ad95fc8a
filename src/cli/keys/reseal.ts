import type { DataSource } from 'typeorm';
import type { DataKeys } from '../../crypto/data-keys.js';
import { inBatches } from '../../database/in-batches.js';
import type { KeyColumn, Sealing } from '../../database/key-columns.js';
import type { Transaction } from '../../database/transaction.js';
import { showProgress } from '../output.js';

/** Rows a transaction: few, so that nobody's sign-in waits long for its turn to write. */
const BATCH = 100;

/** What it works with. */
export interface ResealParts {
  readonly database: DataSource;
  readonly transaction: Transaction;
  readonly keys: DataKeys;
}

/** What came of a column, in rows. `unopened`: their key is missing, or they were changed by somebody else. */
export interface Resealed {
  readonly sealed: number;
  readonly unopened: number;
}

/** A column that can be sealed anew. */
export type SealedColumn = KeyColumn & { readonly place: Sealing['place'] };

/**
 * Seals with the current key what others sealed, while servers run: each row by one conditional statement, so that what
 * changes meanwhile stays as it is then.
 */
export async function reseal(parts: ResealParts, column: SealedColumn): Promise<Resealed> {
  const { current } = parts.keys;
  const total = await countOthers(parts.database, column, current);
  let [seen, sealed, unopened, after] = [0, 0, 0, ''];
  await inBatches(async () => {
    const rows = await nextRows(parts.database, column, { current, after });
    const fresh = rows.flatMap(row => newlySealed(parts.keys, column, row) ?? []);
    if (fresh.length > 0) sealed += await replace(parts.transaction, column, fresh);
    unopened += rows.length - fresh.length;
    seen += rows.length;
    after = rows.at(-1)?.key ?? after;
    showProgress(`${seen} of ${total} ${column.words[1]}`);
    return rows.length === BATCH;
  });
  showProgress('');
  return { sealed, unopened };
}

interface Row {
  readonly key: string;
  readonly sealed: string;
}

interface Fresh extends Row {
  readonly anew: string;
}

/** Ids of keys have no wildcard in them. */
const OTHERS = ({ table, column }: KeyColumn, current: string): string =>
  `FROM ${table} WHERE ${column} IS NOT NULL AND ${column} NOT LIKE '${current}.%'`;

async function countOthers(database: DataSource, column: KeyColumn, current: string): Promise<number> {
  const statement = `SELECT count(*) AS rows ${OTHERS(column, current)}`;
  const [row] = await database.query<readonly { readonly rows: number | string }[]>(statement);
  return Number(row?.rows ?? 0);
}

function nextRows(
  database: DataSource,
  column: KeyColumn,
  { current, after }: { readonly current: string; readonly after: string },
): Promise<readonly Row[]> {
  const { key, column: name } = column;
  const others = `${OTHERS(column, current)} AND ${key} > $1 ORDER BY ${key} LIMIT ${BATCH}`;
  return database.query(`SELECT ${key} AS key, ${name} AS sealed ${others}`, [after]);
}

function newlySealed(keys: DataKeys, { place }: SealedColumn, row: Row): Fresh | null {
  const text = keys.open(row.sealed, place(row.key));
  return text === null ? null : { ...row, anew: keys.seal(text, place(row.key)) };
}

/** @returns how many were as they had been read. */
function replace(
  transaction: Transaction,
  { table, key: keyColumn, column }: KeyColumn,
  rows: readonly Fresh[],
): Promise<number> {
  const statement = `UPDATE ${table} SET ${column} = $1 WHERE ${keyColumn} = $2 AND ${column} = $3`;
  return transaction.run(async manager => {
    let replaced = 0;
    for (const { key, sealed, anew } of rows) {
      const done = await manager.queryRunner?.query(statement, [anew, key, sealed], true);
      replaced += done?.affected ?? 0;
    }
    return replaced;
  }, 'server');
}
