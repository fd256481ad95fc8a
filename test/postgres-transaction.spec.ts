import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { pipeline, Transform } from 'node:stream';
import { DataSource, type EntityManager } from 'typeorm';
import { dataSourceOptions } from '../src/database/data-source-options.js';
import { Transaction } from '../src/database/transaction.js';
import { asPooler } from './support/as-pooler.js';
import { OwnStores, postgresAt } from './support/stores.js';

describe('transactions on PostgreSQL', () => {
  let own: OwnStores;
  let way: Server;
  let isSpoilt: boolean;
  let dataSource: DataSource;
  let transaction: Transaction;

  /** On the way to the engine "ROLLBACK" becomes no word of SQL, while it is spoilt. */
  const spoil = () =>
    new Transform({
      transform: (chunk: Buffer, _, done) =>
        done(
          null,
          isSpoilt ? Buffer.from(chunk.toString('latin1').replace('ROLLBACK', 'ROLLBACX'), 'latin1') : chunk,
        ),
    });

  beforeEach(async () => {
    own = await OwnStores.make('postgres');
    isSpoilt = false;
    const url = new URL(own.environment['DATABASE_URL'] ?? '');
    const [host, port] = [url.hostname, Number(url.port || 5432)];
    way = createServer(client => {
      const engine = connect(port, host);
      pipeline(client, spoil(), engine, () => client.destroy());
      pipeline(engine, asPooler(), client, () => engine.destroy());
    }).listen(0, '127.0.0.1');
    await once(way, 'listening');
    url.host = `127.0.0.1:${(way.address() as AddressInfo).port}`;
    dataSource = new DataSource(dataSourceOptions(postgresAt(url.href), { entities: [], migrations: [] }));
    await dataSource.initialize();
    await dataSource.query('CREATE TABLE notes (name text UNIQUE NOT NULL)');
    transaction = new Transaction(dataSource);
  });
  afterEach(async () => {
    await dataSource.destroy();
    way.close();
    await own.remove();
  });

  const insert = (manager: EntityManager, name: string) =>
    manager.query('INSERT INTO notes VALUES ($1)', [name]);
  /** What others see, which is what is kept. */
  const kept = async () =>
    (await own.sql<{ name: string }>('SELECT name FROM notes ORDER BY name')).map(({ name }) => name);

  it('fail where a statement of theirs had failed, also where their work went on', async () => {
    const stubborn = transaction.run(async manager => {
      await insert(manager, 'one');
      await insert(manager, 'one').catch(() => undefined);
      return 'done';
    });
    await expect(stubborn).rejects.toThrow('The transaction was rolled back: a statement in it had failed.');
    expect(await kept()).toEqual([]);
    await transaction.run(manager => insert(manager, 'two'));
    expect(await kept()).toEqual(['two']);
  });

  it('begin as our locks need it, also on a connection that a pooler has handed on with other settings', async () => {
    await dataSource.query("SET default_transaction_isolation = 'serializable'");
    const asked = async (manager: EntityManager) =>
      (await manager.query<Record<string, string>[]>('SHOW transaction_isolation'))[0]?.[
        'transaction_isolation'
      ];
    expect(await transaction.run(asked)).toBe('read committed');
    // A lone statement has one around it, behind a pooler.
    expect(await transaction.one(asked)).toBe('read committed');
    expect(await asked(dataSource.manager)).toBe('serializable');
  });

  it.each(['a statement', 'the work itself'])(
    'that cannot be rolled back after %s failed leave nothing open for whoever comes next',
    async what => {
      isSpoilt = true;
      const failed = transaction.run(async manager => {
        await insert(manager, 'one');
        if (what === 'a statement') await insert(manager, 'one');
        throw new Error('the work itself');
      });
      await expect(failed).rejects.toThrow(what === 'a statement' ? /duplicate key/ : what);
      isSpoilt = false;
      await transaction.one(manager => insert(manager, 'two'));
      await transaction.run(manager => insert(manager, 'three'));
      expect(await kept()).toEqual(['three', 'two']);
    },
  );
});
