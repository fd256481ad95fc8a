import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { comingAgainAfterTheWait } from '../../test/support/come-again.js';
import { dataSourceOptions } from './data-source-options.js';
import { migrations } from './migrations/all-migrations.js';
import { prepareDatabase } from './prepare-database.js';
import { Transaction } from './transaction.js';

describe('transactions on one connection', () => {
  const dir = mkdtempSync(join(tmpdir(), 'gatehouse-transaction-'));
  const database = { kind: 'sqlite', file: join(dir, 'test.sqlite') } as const;
  const dataSource = new DataSource(dataSourceOptions(database, { entities: [], migrations }));
  const transaction = new Transaction(dataSource);

  const names = async () =>
    (await dataSource.query<{ name: string }[]>('SELECT name FROM notes ORDER BY rowid')).map(
      row => row.name,
    );
  const add = (name: string) =>
    transaction.one(manager => manager.query('INSERT INTO notes (name) VALUES ($1)', [name]));

  beforeAll(async () => {
    await prepareDatabase(dataSource);
    await dataSource.query('CREATE TABLE notes (name text UNIQUE NOT NULL)');
  });
  beforeEach(() => dataSource.query('DELETE FROM notes'));
  afterAll(async () => {
    await dataSource.destroy();
    rmSync(dir, { recursive: true });
  });

  it('keep everything, or nothing where one of their steps fails', async () => {
    const failing = transaction.run(async manager => {
      await manager.query("INSERT INTO notes (name) VALUES ('a')");
      await manager.query("INSERT INTO notes (name) VALUES ('a')");
    });
    await expect(failing).rejects.toThrow(/UNIQUE/);
    expect(await names()).toEqual([]);
  });

  it('that fail do not take a neighbour’s write with them', async () => {
    const failing = transaction.run(async manager => {
      await manager.query("INSERT INTO notes (name) VALUES ('lost')");
      await manager.query('SELECT 1');
      throw new Error('changed my mind');
    });
    const neighbours = [add('kept'), add('also kept')];
    await expect(failing).rejects.toThrow('changed my mind');
    await Promise.all(neighbours);
    expect(await names()).toEqual(['kept', 'also kept']);
  });

  it('do not nest, however many are asked for at once', async () => {
    const copy = (name: string, fail: boolean) =>
      transaction.run(async manager => {
        await manager.query('INSERT INTO notes (name) VALUES ($1)', [name]);
        await manager.query('SELECT count(*) FROM notes');
        if (fail) throw new Error('no');
      });
    const all = Array.from({ length: 20 }, (_, index) => copy(`n${index}`, index % 2 === 1));
    const done = await Promise.allSettled(all);
    expect(done.filter(({ status }) => status === 'rejected')).toHaveLength(10);
    expect(await names()).toEqual(Array.from({ length: 10 }, (_, index) => `n${index * 2}`));
  });

  it('come one after the other, in the order they were asked for', async () => {
    await Promise.all([
      add('first'),
      transaction.run(manager => manager.query("INSERT INTO notes VALUES ('second')")),
      add('third'),
    ]);
    expect(await names()).toEqual(['first', 'second', 'third']);
  });

  it('go on after one has failed', async () => {
    await expect(add(null as unknown as string)).rejects.toThrow(/NOT NULL/);
    await add('next');
    expect(await names()).toEqual(['next']);
  });

  it('are all written once the queue has settled', async () => {
    const asked = [add('a'), add('b'), add('c')];
    await transaction.settled();
    expect(await names()).toEqual(['a', 'b', 'c']);
    await Promise.all(asked);
  });

  it('wait for a writer on another connection instead of failing, also after a read', async () => {
    const other = new DataSource(dataSourceOptions(database, { entities: [], migrations }));
    await prepareDatabase(other);
    const neighbour = new Transaction(other);
    const readThenWrite = (owner: Transaction, name: string) =>
      comingAgainAfterTheWait(() =>
        owner.run(async manager => {
          await manager.query('SELECT count(*) FROM notes');
          await manager.query('INSERT INTO notes (name) VALUES ($1)', [name]);
        }),
      );
    const both = Array.from({ length: 25 }, (_, index) => [
      readThenWrite(transaction, `here ${index}`),
      readThenWrite(neighbour, `there ${index}`),
    ]).flat();
    let reading = true;
    const readers = [dataSource, other].map(async source => {
      while (reading) await source.query('SELECT count(*) FROM notes a, notes b');
    });
    const failed = (await Promise.allSettled(both)).flatMap(done =>
      done.status === 'rejected' ? [String(done.reason)] : [],
    );
    reading = false;
    await Promise.all(readers);
    await other.destroy();
    expect(failed).toEqual([]);
    expect(await names()).toHaveLength(50);
  });
});
