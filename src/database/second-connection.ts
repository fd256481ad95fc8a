import sqlite3 from 'sqlite3';
import { DataSource, type QueryRunner } from 'typeorm';
import { sqliteOptions } from './sqlite-options.js';

/**
 * Runs `work` with a connection that shares nothing with those that write meanwhile: it sees what is kept, and nothing
 * that a transaction may still take back. On SQLite it is opened for this and finds the file where its name says, so
 * that a file which was deleted under a running server is missed.
 * @throws the driver's error where there is no such connection.
 */
export async function withSecondConnection<T>(
  dataSource: DataSource,
  work: (runner: QueryRunner) => Promise<T>,
): Promise<T> {
  const { options } = dataSource;
  if (options.type !== 'postgres') return withReader(String(options.database), work);
  const runner = dataSource.createQueryRunner();
  try {
    // Held while `work` writes, which therefore gets another one; a pool of one has none to spare.
    if (options.poolSize !== 1) await runner.connect();
    return await work(runner);
  } finally {
    await runner.release();
  }
}

async function withReader<T>(file: string, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
  const options = { ...sqliteOptions(file), enableWAL: false, flags: sqlite3.OPEN_READONLY };
  const reader = await new DataSource(options).initialize();
  try {
    return await work(reader.createQueryRunner());
  } finally {
    await reader.destroy();
  }
}
