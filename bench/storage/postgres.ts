import pg from 'pg';
import { type Row, type SqlEngine, sqlStorage } from './sql-storage.js';
import type { Storage } from './storage.js';

/** Opens the PostgreSQL database of a Gatehouse. */
export async function openPostgres(url: string): Promise<Storage> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const query = async (statement: string, values: readonly unknown[] = []) =>
    (await client.query<Row>(statement, [...values])).rows;
  const sizeBy = async (measure: string): Promise<number> => {
    const [row] = await query(`SELECT ${measure}('sessions') AS bytes`);
    return Number(row?.['bytes']);
  };
  await query('SET synchronous_commit = off');
  const engine: SqlEngine = {
    insert: async (table, rows) => {
      const columns = Object.keys(rows[0] ?? {}).join();
      await query(
        `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM json_populate_recordset(NULL::${table}, $1)`,
        [JSON.stringify(rows)],
      );
    },
    query,
    oneOf: parameter => `= ANY(ARRAY(SELECT json_array_elements_text(${parameter}::json)))`,
    settle: async () => void (await query('VACUUM ANALYZE sessions')),
    occupied: () => sizeBy('pg_total_relation_size'),
    tableSize: () => sizeBy('pg_relation_size'),
    close: () => client.end(),
  };
  return sqlStorage(engine);
}
