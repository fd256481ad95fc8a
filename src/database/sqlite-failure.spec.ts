import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { comingAgainAfterTheWait } from '../../test/support/come-again.js';
import { dataSourceOptions } from './data-source-options.js';
import { migrations } from './migrations/all-migrations.js';
import { prepareDatabase } from './prepare-database.js';
import { Transaction } from './transaction.js';

beforeAll(() => Logger.overrideLogger(false));

describe('after a failure of the machine', () => {
  let dir: string;
  let file: string;
  let dataSource: DataSource;
  let transaction: Transaction;
  /** Another process, as it were. */
  let other: DataSource;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'gatehouse-sqlite-failure-'));
    file = join(dir, 'test.sqlite');
    dataSource = new DataSource(dataSourceOptions({ kind: 'sqlite', file }, { entities: [], migrations }));
    await prepareDatabase(dataSource);
    await dataSource.query('CREATE TABLE notes (name text UNIQUE NOT NULL, more blob)');
    transaction = new Transaction(dataSource);
    other = await new DataSource({ type: 'sqlite', database: file, busyTimeout: 1 }).initialize();
  });
  afterEach(async () => {
    await other.destroy();
    await dataSource.destroy();
    rmSync(dir, { recursive: true });
  });

  const insert = (manager: EntityManager, name: string, bytes = 1) =>
    manager.query('INSERT INTO notes VALUES ($1, zeroblob($2))', [name, bytes]);
  const add = (name: string, bytes?: number) => transaction.run(manager => insert(manager, name, bytes));
  /** What others see, which is what is kept. */
  const kept = async () =>
    (await other.query<{ name: string }[]>('SELECT name FROM notes ORDER BY rowid')).map(({ name }) => name);

  /** From now on there is room for one page more. */
  const fill = async () => {
    const [size] = await dataSource.query<{ page_count: number }[]>('PRAGMA page_count');
    await dataSource.query(`PRAGMA max_page_count = ${(size?.page_count ?? 0) + 1}`);
  };
  const makeRoom = () => dataSource.query('PRAGMA max_page_count = 1000000');
  const diskIsFullForAMoment = async () => {
    await fill();
    await expect(add('too big', 100_000)).rejects.toThrow(/SQLITE_FULL/);
    await makeRoom();
  };

  it('what is said to be kept is kept, also after a transaction that failed for another reason', async () => {
    await diskIsFullForAMoment();
    await add('one');
    await expect(add('one')).rejects.toThrow(/UNIQUE/);
    await add('two');
    await transaction.one(manager => insert(manager, 'three'));
    expect(await kept()).toEqual(['one', 'two', 'three']);
  });

  it('the same after a statement outside a transaction', async () => {
    await fill();
    await expect(transaction.one(manager => insert(manager, 'too big', 100_000))).rejects.toThrow(/FULL/);
    await makeRoom();
    await expect(add('one').then(() => add('one'))).rejects.toThrow(/UNIQUE/);
    await add('two');
    expect(await kept()).toEqual(['one', 'two']);
  });

  it('other processes can write', async () => {
    await diskIsFullForAMoment();
    await add('here');
    await expect(add('here')).rejects.toThrow(/UNIQUE/);
    await add('here, too');
    await other.query("INSERT INTO notes VALUES ('there', NULL)");
    expect(await kept()).toEqual(['here', 'here, too', 'there']);
  });

  it('work that goes on after it is kept in no part', async () => {
    await fill();
    const stubborn = transaction.run(async manager => {
      await insert(manager, 'before');
      await insert(manager, 'too big', 100_000).catch(() => undefined);
      await insert(manager, 'after').catch(() => undefined);
      return 'done';
    });
    await expect(stubborn).rejects.toThrow(/SQLITE_FULL/);
    expect(await kept()).toEqual([]);
    await makeRoom();
    await add('next');
    expect(await kept()).toEqual(['next']);
  });

  it('a transaction within another one takes both with it, and the next one is whole', async () => {
    await fill();
    const nested = transaction.run(async manager => {
      await insert(manager, 'outside');
      await manager.transaction(inner => insert(inner, 'too big', 100_000));
    });
    await expect(nested).rejects.toThrow(/SQLITE_FULL/);
    await makeRoom();
    await transaction.run(async manager => {
      await insert(manager, 'outside');
      await expect(
        manager.transaction(async inner => {
          await insert(inner, 'inside');
          await insert(inner, 'outside');
        }),
      ).rejects.toThrow(/UNIQUE/);
    });
    expect(await kept()).toEqual(['outside']);
  });

  it('what was asked for meanwhile is answered one by one, each with the truth', async () => {
    await fill();
    const names = Array.from({ length: 40 }, (_, index) => `n${index}`);
    const answers = await Promise.allSettled(
      names.map((name, index) => comingAgainAfterTheWait(() => add(name, index % 2 === 0 ? 100_000 : 1))),
    );
    await makeRoom();
    const acknowledged = names.filter((_, index) => answers[index]?.status === 'fulfilled');
    expect(acknowledged).toHaveLength(20);
    expect((await kept()).sort()).toEqual(acknowledged.sort());
  });

  describe('that took the connection', () => {
    const closeUnderneath = async () => {
      const { driver } = dataSource;
      await driver.disconnect();
      await expect(add('refused')).rejects.toThrow(/SQLITE_MISUSE/);
    };

    it('it is opened anew, with its settings', async () => {
      await closeUnderneath();
      await add('next');
      expect(await kept()).toEqual(['next']);
      for (const [pragma, value] of [
        ['synchronous', 2],
        ['trusted_schema', 0],
        ['foreign_keys', 1],
      ] as const)
        expect(await dataSource.query(`PRAGMA ${pragma}`)).toEqual([{ [pragma]: value }]);
    });

    it('no new file is made where it is gone, and it goes on when it is there again', async () => {
      renameSync(file, `${file}.away`);
      await closeUnderneath();
      await expect(add('refused')).rejects.toThrow(/SQLITE_MISUSE/);
      expect(existsSync(file)).toBe(false);
      renameSync(`${file}.away`, file);
      await add('next');
      expect((await dataSource.query('SELECT name FROM notes')) as unknown).toEqual([{ name: 'next' }]);
    });
  });
});
