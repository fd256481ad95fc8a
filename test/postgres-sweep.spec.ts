import { DataSource } from 'typeorm';
import { dropUnchained } from '../src/audit/drop-events.js';
import { dataSourceOptions } from '../src/database/data-source-options.js';
import { migratePostgres } from '../src/database/migrate-postgres.js';
import { Transaction } from '../src/database/transaction.js';
import { schema } from '../src/schema.js';
import { atPostgres, OwnStores, postgresAt } from './support/stores.js';

/** With these a nested loop is left, which may look for what is to go once for each row that there is. */
const LEFT_OUT = ['hashagg', 'sort', 'hashjoin', 'mergejoin', 'material', 'indexscan', 'bitmapscan'];

describe('what PostgreSQL sweeps, whichever plan it takes', () => {
  let own: OwnStores;
  let dataSource: DataSource;
  let transaction: Transaction;
  beforeEach(async () => {
    own = await OwnStores.make('postgres');
    const url = own.environment['DATABASE_URL'] ?? '';
    const options = dataSourceOptions(postgresAt(url), schema);
    if (options.type !== 'postgres') throw new Error('Not PostgreSQL.');
    await migratePostgres(options);
    const name = new URL(url).pathname.slice(1);
    for (const way of LEFT_OUT) await atPostgres(`ALTER DATABASE ${name} SET enable_${way} = off`);
    // What would be compiled for a plan that seems to be so dear takes a busy machine longer than a statement has.
    await atPostgres(`ALTER DATABASE ${name} SET jit = off`);
    dataSource = await new DataSource(options).initialize();
    transaction = new Transaction(dataSource);
  });
  afterEach(async () => {
    await dataSource.destroy();
    await own.remove();
  });

  const timesOf = async (sweep: () => Promise<number>) => {
    const counts: number[] = [];
    for (let time = 0; time < 4; time++) counts.push(await sweep());
    return counts;
  };

  it('is no more old rows than were asked for', async () => {
    await dataSource.query(
      "INSERT INTO attempts SELECT 'budget ' || number, 1, 1, 1 FROM generate_series(1, 5) number",
    );
    const rows = { table: 'attempts', key: 'budget', column: 'forgotten_at' };
    expect(await timesOf(() => transaction.deleteOld(rows, 1, 2))).toEqual([2, 2, 1, 0]);
  });

  it('is no more events outside the chain than were asked for', async () => {
    await dataSource.query(
      `INSERT INTO audit_events (id, occurred_at, event, outcome, ip, user_agent, request_id, facts)
       SELECT 'event ' || number, 1, 'signed_in', 'success', '', '', '', '{}' FROM generate_series(1, 5) number`,
    );
    expect(await timesOf(() => transaction.run(manager => dropUnchained(manager, 1, 2)))).toEqual([
      2, 2, 1, 0,
    ]);
  });
});
