import { join } from 'node:path';
import pg from 'pg';
import sqlite3 from 'sqlite3';
import type { TestApp } from './test-app.js';

const TABLES = 'users, sessions, attempts, audit_events, mails, one_time_tokens';

/**
 * Another program is writing to the database, and does not finish: nobody else can write there, and everybody can read.
 * @returns what ends it.
 */
export async function holdWrites(test: TestApp): Promise<() => Promise<void>> {
  const { DATABASE_URL: url } = test.stores.environment;
  return url === undefined ? holdSqlite(join(test.dataDir, 'gatehouse.sqlite')) : holdPostgres(url);
}

async function holdPostgres(url: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`BEGIN; LOCK TABLE ${TABLES} IN EXCLUSIVE MODE`);
  return () => client.end();
}

async function holdSqlite(file: string): Promise<() => Promise<void>> {
  const database = new sqlite3.Database(file);
  database.configure('busyTimeout', 1000);
  const run = (statement: string) =>
    new Promise<void>((resolve, reject) =>
      database.exec(statement, error => (error === null ? resolve() : reject(error))),
    );
  await run('BEGIN IMMEDIATE');
  return async () => {
    await run('ROLLBACK');
    database.close();
  };
}
