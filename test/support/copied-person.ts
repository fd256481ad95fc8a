import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import sqlite3 from 'sqlite3';

/**
 * Adds somebody who is like another person in all but the name, the password too: no process has to start for it.
 * @param environment of the program, which says where its database is.
 */
export async function addCopyOf(
  username: string,
  copy: string,
  { DATABASE_URL, DATA_DIR = '' }: Readonly<Record<string, string>>,
): Promise<void> {
  const statements = `
    CREATE TEMPORARY TABLE somebody AS SELECT * FROM users WHERE username = '${username}';
    UPDATE somebody SET id = '${copy}', username = '${copy}', username_key = '${copy}', display_name = '${copy}';
    INSERT INTO users SELECT * FROM somebody;`;
  await (DATABASE_URL === undefined ? inFile(DATA_DIR, statements) : inPostgres(DATABASE_URL, statements));
}

async function inFile(folder: string, statements: string): Promise<void> {
  const database = new sqlite3.Database(join(folder, 'gatehouse.sqlite'));
  database.configure('busyTimeout', 5000);
  try {
    await promisify(database.exec.bind(database))(statements);
  } finally {
    await promisify(database.close.bind(database))();
  }
}

async function inPostgres(connectionString: string, statements: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(statements);
  } finally {
    await client.end();
  }
}
