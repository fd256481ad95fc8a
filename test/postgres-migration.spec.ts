import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { dataSourceOptions } from '../src/database/data-source-options.js';
import { migratePostgres } from '../src/database/migrate-postgres.js';
import { schema } from '../src/schema.js';
import { atPostgres, OwnStores, postgresAt } from './support/stores.js';

describe('migrating PostgreSQL', () => {
  let own: OwnStores;
  let url: string;

  beforeEach(async () => {
    own = await OwnStores.make('postgres');
    url = own.environment['DATABASE_URL'] ?? '';
  });
  afterEach(() => own.remove());

  const migrate = () => {
    const options = dataSourceOptions(postgresAt(url), schema);
    if (options.type !== 'postgres') throw new Error('Not PostgreSQL.');
    return migratePostgres(options);
  };

  it('is done once by those that start together', async () => {
    const applied = await Promise.all([migrate(), migrate(), migrate()]);
    expect(applied.filter(names => names.length > 0)).toHaveLength(1);
  });

  it('waits as long as it takes, also where the database limits statements by itself', async () => {
    // Longer than what begins before the limits are taken away takes a busy machine.
    const limit = 500;
    const database = new URL(url).pathname.slice(1);
    // Who was there before has none.
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    for (const setting of ['statement_timeout', 'lock_timeout'])
      await atPostgres(`ALTER DATABASE ${database} SET ${setting} = ${limit}`);
    await other.query(
      'BEGIN; CREATE TABLE migrations (id serial PRIMARY KEY, timestamp bigint, name varchar)',
    );
    let over = false;
    const migrating = migrate().finally(() => (over = true));
    migrating.catch(() => undefined);
    const waiting = `
      SELECT FROM pg_stat_activity WHERE datname = '${database}' AND wait_event_type = 'Lock'
      AND clock_timestamp() - query_start > interval '${2 * limit} ms'`;
    while (!over && (await atPostgres(waiting)).rowCount === 0) await pause(10);
    await other.query('ROLLBACK');
    await other.end();
    expect((await migrating).length).toBeGreaterThan(0);
  });
});
