import sqlite3 from 'sqlite3';
import { type Row, type SqlEngine, sqlStorage } from './sql-storage.js';
import type { Storage } from './storage.js';

/** Opens the SQLite file of a Gatehouse. */
export async function openSqlite(file: string): Promise<Storage> {
  const database = new sqlite3.Database(file);
  const query = (statement: string, values: readonly unknown[] = []) =>
    new Promise<Row[]>((resolve, reject) =>
      database.all<Row>(statement, values, (error, rows) => (error ? reject(error) : resolve(rows))),
    );
  const sizeOf = async (condition: string): Promise<number> => {
    const [row] = await query(`SELECT sum(pgsize) AS bytes FROM dbstat WHERE ${condition}`);
    return Number(row?.['bytes']);
  };
  await query('PRAGMA synchronous = OFF');
  await query('PRAGMA cache_size = -262144');
  const engine: SqlEngine = {
    insert: async (table, rows) => {
      const columns = Object.keys(rows[0] ?? {});
      const values = columns.map(column => `value ->> '${column}'`);
      await query(`INSERT INTO ${table} (${columns.join()}) SELECT ${values.join()} FROM json_each($1)`, [
        JSON.stringify(rows),
      ]);
    },
    query,
    oneOf: parameter => `IN (SELECT value FROM json_each(${parameter}))`,
    settle: async () => void (await query('PRAGMA wal_checkpoint(TRUNCATE)')),
    occupied: () => sizeOf("name IN (SELECT name FROM sqlite_schema WHERE tbl_name = 'sessions')"),
    tableSize: () => sizeOf("name = 'sessions'"),
    close: () =>
      new Promise((resolve, reject) => database.close(error => (error ? reject(error) : resolve()))),
  };
  return sqlStorage(engine);
}
