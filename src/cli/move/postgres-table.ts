import type { DataSource } from 'typeorm';
import { withoutLimits } from '../../database/without-limits.js';
import { CommandFailed } from '../command-failed.js';
import type { Added, Destination } from './destination.js';
import { type MovedTable, type Row, type Shape, shapeOf } from './tables.js';

/**
 * A table of the PostgreSQL database. A batch goes there as one JSON text, which PostgreSQL itself turns into its
 * types: SQLite has no booleans, and its driver gives 64-bit numbers as JavaScript's.
 */
export class PostgresTable implements Destination {
  private readonly shape: Shape;

  constructor(
    private readonly target: DataSource,
    private readonly table: MovedTable,
  ) {
    this.shape = shapeOf(target, table);
  }

  /** All rows of a batch are written, or none. @throws CommandFailed where another row has a unique value of one. */
  async add(rows: readonly Row[]): Promise<Added> {
    const storable = JSON.stringify(rows.map(withoutNul));
    const mended = rows.flatMap(row => Object.values(row).filter(hasNul)).length;
    try {
      return { added: await this.number(insert(this.shape), storable), mended };
    } catch (error) {
      await this.explainCollision(storable);
      throw error;
    }
  }

  countOf(rows: readonly Row[]): Promise<number> {
    const { table, key, keys } = this.shape;
    const named = rows.map(row =>
      withoutNul(Object.fromEntries(keys.map(name => [name, row[name] ?? null]))),
    );
    const wanted = `SELECT ${key} FROM json_populate_recordset(NULL::${table}, $1)`;
    return this.number(
      `SELECT count(*)::int AS number FROM ${table} WHERE (${key}) IN (${wanted})`,
      JSON.stringify(named),
    );
  }

  private async number(statement: string, rows: string): Promise<number> {
    const [row] = await this.ask<{ readonly number: number }>(statement, rows);
    return row?.number ?? 0;
  }

  /** In a transaction, also where it is one statement: what it wrote is kept before it is counted. */
  private ask<T>(statement: string, rows: string): Promise<readonly T[]> {
    return withoutLimits(this.target, manager => manager.query<readonly T[]>(statement, [rows]));
  }

  private async explainCollision(rows: string): Promise<void> {
    for (const column of this.shape.unique) {
      const found = await this.ask<{ readonly value: string }>(taken(this.shape, column), rows);
      if (found[0] === undefined) continue;
      const what = `${this.table.words[0]} with the ${UNIQUE[column] ?? column} ${JSON.stringify(found[0].value)}`;
      throw new CommandFailed(
        `The target has another ${what}; nothing of this batch was written. If it holds another installation, move ` +
          'into an empty database. Otherwise delete one of the two, then run the same command again.',
      );
    }
  }
}

const UNIQUE: Readonly<Record<string, string>> = {
  username_key: 'username',
  email_key: 'e-mail address',
  public_id: 'public name',
};

const insert = ({ table, key, columns }: Shape): string => `
  WITH added AS (
    INSERT INTO ${table} (${columns.join()})
    SELECT ${columns.join()} FROM json_populate_recordset(NULL::${table}, $1)
    ON CONFLICT (${key}) DO NOTHING RETURNING ${key}
  )
  SELECT count(*)::int AS number FROM added`;

const taken = ({ table, keys }: Shape, column: string): string => `
  SELECT theirs.${column} AS value
  FROM json_populate_recordset(NULL::${table}, $1) ours
  JOIN ${table} theirs ON theirs.${column} = ours.${column} AND (${of('theirs', keys)}) <> (${of('ours', keys)})
  LIMIT 1`;

const of = (alias: string, columns: readonly string[]): string =>
  columns.map(column => `${alias}.${column}`).join();

const hasNul = (value: unknown): boolean => typeof value === 'string' && value.includes('\0');

/** PostgreSQL's text cannot hold U+0000: U+FFFD stands for it, as in HTML. */
const withoutNul = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value,
    ]),
  );
