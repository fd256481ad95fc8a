import { existsSync } from 'node:fs';
import sqlite3 from 'sqlite3';
import { DataSource } from 'typeorm';
import { explainDatabase } from '../../database/explain-database.js';
import { stateOfFile } from '../../database/existing-database.js';
import { missingKeys } from '../../database/needed-keys.js';
import { sqliteOptions } from '../../database/sqlite-options.js';
import { schema } from '../../schema.js';
import { CommandFailed } from '../command-failed.js';
import { type MovedTable, type Row, shapeOf } from './tables.js';

/** Rows a step. */
const BATCH = 500;

/** The SQLite file that is moved. It is opened for reading alone, and read as it was at one moment. */
export class Source {
  constructor(private readonly database: DataSource) {}

  /** How many rows are to be moved. */
  count(table: MovedTable): Promise<number> {
    const { table: name } = shapeOf(this.database, table);
    return this.number(`SELECT count(*) AS number FROM ${name} WHERE ${table.which}`);
  }

  /** The rows to be moved, by their keys, batch by batch. */
  async *batches(table: MovedTable): AsyncGenerator<readonly Row[]> {
    const { table: name, key, keys, columns } = shapeOf(this.database, table);
    const after = `(${key}) > (${keys.map(() => '?').join()})`;
    const page = (where: string) =>
      `SELECT ${columns.join()} FROM ${name} WHERE ${where} AND ${table.which} ORDER BY ${key} LIMIT ${BATCH}`;
    let rows = await this.rows(page('TRUE'), []);
    while (rows.length > 0) {
      yield rows;
      const last = rows.at(-1);
      rows = await this.rows(
        page(after),
        keys.map(column => last?.[column] ?? null),
      );
    }
  }

  /** Which data keys its rows need beside these, as `missingKeys` says it. */
  missingKeys(ids: readonly string[]): Promise<string | null> {
    return missingKeys(this.database, ids);
  }

  async hasDemoAccounts(): Promise<boolean> {
    return (await this.number('SELECT count(*) AS number FROM users WHERE demo = 1')) > 0;
  }

  private rows(statement: string, after: readonly Row[string][]): Promise<readonly Row[]> {
    return this.database.query<readonly Row[]>(statement, [...after]);
  }

  private async number(statement: string): Promise<number> {
    const [row] = await this.database.query<readonly { readonly number: number }[]>(statement);
    return row?.number ?? 0;
  }
}

/** Opens the file, and closes it when `work` is done. @throws CommandFailed, ConfigError where it cannot be moved. */
export async function withSource<T>(file: string, work: (source: Source) => Promise<T>): Promise<T> {
  const found = stateOfFile(file);
  if (found === 'hidden')
    throw new CommandFailed(`--from: this user may not look into the folder of ${JSON.stringify(file)}.`);
  if (found !== 'there') throw new CommandFailed(`--from: there is no file ${JSON.stringify(file)}.`);
  const wasClosed = !existsSync(`${file}-wal`);
  const entities = [...schema.entities];
  const options = { ...sqliteOptions(file), enableWAL: false, flags: sqlite3.OPEN_READONLY, entities };
  const database = new DataSource(options);
  try {
    await begin(database).catch((error: unknown) => {
      throw error instanceof CommandFailed ? error : explainDatabase(error, options);
    });
    return await work(new Source(database));
  } finally {
    if (database.isInitialized) await database.destroy();
    if (wasClosed) await tidyUp(file);
  }
}

/**
 * Whoever may only read leaves an empty `-wal` and a `-shm` beside a file that had none. SQLite takes them away when
 * the last one who may write closes it, and not while anybody else has it open.
 */
async function tidyUp(file: string): Promise<void> {
  if (!existsSync(`${file}-wal`)) return;
  const options = { ...sqliteOptions(file), enableWAL: false, flags: sqlite3.OPEN_READWRITE };
  const database = new DataSource(options);
  // Where it may not be written, they stay.
  await database
    .initialize()
    .then(() => database.query('SELECT count(*) FROM sqlite_master'))
    .catch(() => undefined);
  if (database.isInitialized) await database.destroy();
}

/** From the first statement of a transaction on, others may write and it does not see it. */
async function begin(database: DataSource): Promise<void> {
  await database.initialize();
  await database.query('BEGIN');
  const tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name IN ('migrations', 'users')";
  if ((await database.query<readonly unknown[]>(tables)).length < 2)
    throw new CommandFailed('--from names a database that is none of Gatehouse.');
  const applied = await database.query<readonly { readonly name: string }[]>('SELECT name FROM migrations');
  requireOurSchema(
    applied.map(({ name }) => name),
    schema.migrations.map(({ name }) => name),
  );
}

function requireOurSchema(applied: readonly string[], ours: readonly string[]): void {
  if (ours.some(name => !applied.includes(name)))
    throw new CommandFailed(
      'The schema of --from is not up to date. Run "gatehouse migrate" on it first (a copy will do), then this again.',
    );
  if (applied.some(name => !ours.includes(name)))
    throw new CommandFailed(
      '--from was written by a later version of Gatehouse. Move it with the command line of that version.',
    );
}
