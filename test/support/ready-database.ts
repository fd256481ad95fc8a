import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import type { DatabaseConfig } from '../../src/config/app-config.js';
import { readEnvironment } from '../../src/config/read-environment.js';
import { dataSourceOptions } from '../../src/database/data-source-options.js';
import { prepareDatabase } from '../../src/database/prepare-database.js';
import { schema } from '../../src/schema.js';
import { startingAgain } from './starting-again.js';
import { OwnStores } from './stores.js';

/** What is made once, when it is first asked for, and copied from then on. */
interface Made {
  readonly sqlite: () => Promise<string>;
  readonly postgres: () => Promise<string>;
}

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-ready-'));
let own: OwnStores | null = null;

/**
 * Databases whose schema is up to date and that hold nothing: a copy takes a fraction of the time of the migrations.
 * What a server makes of no database at all is for the tests that are about it.
 */
const ready: Made = {
  sqlite: once(async () => {
    const { database } = readEnvironment({ NODE_ENV: 'test', DATA_DIR: folder });
    await prepare(database);
    return database.kind === 'sqlite' ? database.file : '';
  }),
  postgres: once(async () => {
    own = await OwnStores.make('postgres');
    await prepare(readEnvironment({ NODE_ENV: 'test', DATA_DIR: folder, ...own.environment }).database);
    return own.name;
  }),
};

/** The name of the PostgreSQL database to copy. */
export const readyTemplate = (): Promise<string> => ready.postgres();

/** Puts a copy where a SQLite database is to be; one that is there stays. */
export async function putReadyFile(file: string): Promise<void> {
  if (!existsSync(file)) copyFileSync(await ready.sqlite(), file);
}

async function prepare(database: DatabaseConfig): Promise<void> {
  await startingAgain(async () => {
    const dataSource = new DataSource(dataSourceOptions(database, schema));
    await prepareDatabase(dataSource);
    await dataSource.destroy();
  });
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await own?.remove();
});
