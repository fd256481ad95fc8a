import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { readEnvironment } from '../../src/config/read-environment.js';
import { dataSourceOptions } from '../../src/database/data-source-options.js';
import { prepareDatabase } from '../../src/database/prepare-database.js';
import { Sweeper } from '../../src/database/sweeper.js';
import { Transaction } from '../../src/database/transaction.js';
import { schema } from '../../src/schema.js';
import { Redis } from '../../src/redis/redis.js';
import { FakeClock } from '../support/fake-clock.js';
import { startingAgain } from '../support/starting-again.js';
import { OwnStores, type StoreKind } from '../support/stores.js';

/** The engines of one installation, opened, with an empty database. */
export interface OpenStores {
  readonly own: OwnStores;
  readonly dataSource: DataSource;
  readonly transaction: Transaction;
  readonly sweeper: Sweeper;
  readonly redis: Redis | null;
  readonly clock: FakeClock;
  /** Makes all of them unable to answer. */
  breakDown(): Promise<void>;
  close(): Promise<void>;
}

/** What one test leaves for the next: the same engines, emptied. */
type Engines = Pick<OpenStores, 'own' | 'dataSource' | 'redis'> & { readonly folder: string };
const idle = new Map<string, Engines[]>();
afterAll(() => Promise.all([...idle.values()].flat().map(closeEngines)));

/**
 * Opens what an installation of this kind works with, with nobody in it. Making a database takes longer than most
 * tests, so one that came through its test is emptied and used again.
 * @param more options of the data source, for a test's own use.
 */
export async function openStores(
  kind: StoreKind,
  {
    more = {},
    redisUrl = '',
  }: { readonly more?: Partial<DataSourceOptions>; readonly redisUrl?: string } = {},
): Promise<OpenStores> {
  const left = Object.keys(more).length > 0 ? [] : idleOf(`${kind} ${redisUrl}`);
  const engines = left.pop() ?? (await openEngines(kind, { more, redisUrl }));
  const { own, dataSource, redis } = engines;
  const clock = new FakeClock();
  const breakDown = async () => {
    await dataSource.destroy();
    await redis?.close();
  };
  return {
    ...{ own, dataSource, redis, clock, breakDown },
    transaction: new Transaction(dataSource),
    sweeper: new Sweeper(clock),
    close: async () => {
      const usual = dataSource.isInitialized && Object.keys(more).length === 0;
      // An engine that is slow at the moment: others are made for the next one.
      if (usual && (await empty(engines).catch(() => false))) left.push(engines);
      else await closeEngines(engines);
    },
  };
}

function idleOf(key: string): Engines[] {
  const engines = idle.get(key) ?? [];
  idle.set(key, engines);
  return engines;
}

async function openEngines(
  kind: StoreKind,
  { more, redisUrl }: { readonly more: Partial<DataSourceOptions>; readonly redisUrl: string },
): Promise<Engines> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-store-'));
  const own = await OwnStores.make(kind, redisUrl || undefined);
  const config = readEnvironment({ NODE_ENV: 'test', DATA_DIR: folder, ...own.environment });
  const options = { ...dataSourceOptions(config.database, schema), ...more } as DataSourceOptions;
  const dataSource = await startingAgain(async () => {
    const made = new DataSource(options);
    await prepareDatabase(made);
    return made;
  });
  const redis = config.redis === null ? null : await Redis.connect(config.redis);
  return { own, dataSource, redis, folder };
}

/** @returns false where a test took a table away. */
async function empty({ own, dataSource, redis }: Engines): Promise<boolean> {
  const catalogue =
    dataSource.options.type === 'postgres'
      ? "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
      : "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
  const there = (await dataSource.query<{ name: string }[]>(catalogue)).map(({ name }) => name);
  if (!dataSource.entityMetadatas.every(({ tableName }) => there.includes(tableName))) return false;
  for (const name of there) if (name !== 'migrations') await dataSource.query(`DELETE FROM ${name}`);
  if (redis !== null) await own.removeKeys();
  return true;
}

async function closeEngines({ own, dataSource, redis, folder }: Engines): Promise<void> {
  if (dataSource.isInitialized) {
    await dataSource.destroy();
    await redis?.close();
  }
  await own.remove();
  rmSync(folder, { recursive: true, force: true });
}
