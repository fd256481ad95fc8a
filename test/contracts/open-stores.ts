import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { readEnvironment } from '../../src/config/read-environment.js';
import { dataSourceOptions } from '../../src/database/data-source-options.js';
import { prepareDatabase } from '../../src/database/prepare-database.js';
import { Sweeper } from '../../src/database/sweeper.js';
import { Transaction } from '../../src/database/transaction.js';
import { entities } from '../../src/entities.js';
import { Redis } from '../../src/redis/redis.js';
import { FakeClock } from '../support/fake-clock.js';
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

/** Opens what an installation of this kind works with. @param more options of the data source, for a test's own use. */
export async function openStores(
  kind: StoreKind,
  { more = {}, redisUrl }: { readonly more?: Partial<DataSourceOptions>; readonly redisUrl?: string } = {},
): Promise<OpenStores> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-store-'));
  const own = await OwnStores.make(kind, redisUrl);
  const config = readEnvironment({ NODE_ENV: 'test', DATA_DIR: folder, ...own.environment });
  const dataSource = new DataSource({
    ...dataSourceOptions(config.database, entities),
    ...more,
  } as DataSourceOptions);
  await prepareDatabase(dataSource);
  const redis = config.redis === null ? null : await Redis.connect(config.redis);
  const clock = new FakeClock();
  const breakDown = async () => {
    await dataSource.destroy();
    await redis?.close();
  };
  return {
    own,
    dataSource,
    transaction: new Transaction(dataSource),
    sweeper: new Sweeper(clock),
    redis,
    clock,
    breakDown,
    close: async () => {
      if (dataSource.isInitialized) await breakDown();
      await own.remove();
      rmSync(folder, { recursive: true });
    },
  };
}
