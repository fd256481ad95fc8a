import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { DataSource, type QueryRunner } from 'typeorm';
import { seconds } from '../kernel/durations.js';
import { dataSourceOptions } from './data-source-options.js';
import { migrations } from './migrations/all-migrations.js';
import { prepareDatabase } from './prepare-database.js';

beforeAll(() => Logger.overrideLogger(false));

describe('a start on a SQLite file beside another one', () => {
  let dir: string;
  let file: string;
  let dataSource: DataSource;
  /** How long the migration would have waited for another process. */
  let patience = 0;

  class Look9999999999999 {
    async up(runner: QueryRunner): Promise<void> {
      const rows = (await runner.query('PRAGMA busy_timeout')) as { timeout: number }[];
      patience = rows[0]?.timeout ?? 0;
    }

    down(): Promise<void> {
      return Promise.reject(new Error('Nobody goes back.'));
    }
  }

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'gatehouse-start-'));
    file = join(dir, 'test.sqlite');
    const schema = { entities: [], migrations: [...migrations, Look9999999999999] };
    dataSource = new DataSource(dataSourceOptions({ kind: 'sqlite', file }, schema));
  });
  afterEach(async () => {
    await dataSource.destroy();
    rmSync(dir, { recursive: true });
  });

  it('goes on once the other has made the file, where both do so in the same moment', async () => {
    const other = await new DataSource({ type: 'sqlite', database: file }).initialize();
    await other.query('BEGIN IMMEDIATE');
    const { driver } = dataSource;
    const connect = driver.connect.bind(driver);
    let refused = 0;
    driver.connect = () =>
      connect().catch(async (error: unknown) => {
        refused += 1;
        // Nothing but the file is there yet: the other goes on now.
        await other.query('COMMIT');
        throw error;
      });
    expect(await prepareDatabase(dataSource)).toContain('Look9999999999999');
    expect(refused).toBe(1);
    await other.destroy();
  });

  it('waits for the other to bring the schema up to date for longer than anybody’s page would', async () => {
    await prepareDatabase(dataSource);
    expect(patience).toBeGreaterThan(seconds(30));
    expect(await dataSource.query('PRAGMA busy_timeout')).toEqual([{ timeout: 250 }]);
  });
});
