import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { pipeline } from 'node:stream';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../src/database/data-source-options.js';
import { Transaction } from '../src/database/transaction.js';
import { asPooler } from './support/as-pooler.js';
import { OwnStores, postgresAt } from './support/stores.js';

describe('statements on PostgreSQL', () => {
  let own: OwnStores;
  let way: Server;
  let dataSource: DataSource;
  const open = async (url: string) => {
    const config = { ...postgresAt(url), poolSize: 1 };
    dataSource = new DataSource(dataSourceOptions(config, { entities: [], migrations: [] }));
    await dataSource.initialize();
    await dataSource.query('CREATE TABLE notes (name text UNIQUE NOT NULL)');
  };

  beforeEach(async () => {
    own = await OwnStores.make('postgres');
    const { hostname, port } = new URL(own.environment['DATABASE_URL'] ?? '');
    way = createServer(client => {
      const engine = connect(Number(port || 5432), hostname);
      pipeline(client, engine, () => client.destroy());
      pipeline(engine, asPooler(), client, () => engine.destroy());
    }).listen(0, '127.0.0.1');
    await once(way, 'listening');
  });
  afterEach(async () => {
    await dataSource.destroy();
    way.close();
    await own.remove();
  });

  const throughPooler = () => {
    const url = new URL(own.environment['DATABASE_URL'] ?? '');
    url.host = `127.0.0.1:${(way.address() as AddressInfo).port}`;
    return open(url.href);
  };
  const ask = () => dataSource.query('SELECT name FROM notes WHERE name = $1', ['x']);
  const ready = async () => {
    for (let times = 0; times < 5; times++) await ask();
    const rows = await dataSource.query<{ statement: string }[]>(
      'SELECT statement FROM pg_prepared_statements',
    );
    return rows.map(({ statement }) => statement);
  };

  it('that come often are kept ready', async () => {
    await open(own.environment['DATABASE_URL'] ?? '');
    expect(await ready()).toEqual(['SELECT name FROM notes WHERE name = $1']);
  });

  it('are kept ready by no server that a pooler may give to somebody else', async () => {
    await throughPooler();
    expect(await ready()).toEqual([]);
  });

  it('give what is there by now, also after the table has changed', async () => {
    await open(own.environment['DATABASE_URL'] ?? '');
    await ready();
    await dataSource.query("INSERT INTO notes VALUES ('x')");
    await dataSource.query('ALTER TABLE notes ADD COLUMN more text');
    expect(await ask()).toEqual([{ name: 'x' }]);
  });

  it.each(['directly', 'through a pooler'])('that stand alone are kept, %s', async how => {
    await (how === 'directly' ? open(own.environment['DATABASE_URL'] ?? '') : throughPooler());
    const transaction = new Transaction(dataSource);
    const add = () =>
      transaction.one(async manager => {
        await manager.query('INSERT INTO notes VALUES ($1)', ['alone']);
        const [row] = await manager.query<{ own: boolean }[]>('SELECT now() <> statement_timestamp() AS own');
        return row?.own;
      });
    // Within a transaction now() is when that began.
    expect(await add()).toBe(how !== 'directly');
    expect(await own.sql('SELECT name FROM notes')).toEqual([{ name: 'alone' }]);
    await expect(add()).rejects.toThrow(/duplicate key/);
    expect(await ask()).toEqual([]);
  });
});
