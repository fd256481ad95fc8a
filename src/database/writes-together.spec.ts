import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { comingAgainAfterTheWait } from '../../test/support/come-again.js';
import { Clock, type Instant } from '../kernel/clock.js';
import { hours } from '../kernel/durations.js';
import { dataSourceOptions } from './data-source-options.js';
import { instantOf } from './instant-of.js';
import { migrations } from './migrations/all-migrations.js';
import { prepareDatabase } from './prepare-database.js';
import { Transaction } from './transaction.js';

beforeAll(() => Logger.overrideLogger(false));

describe('writes to SQLite that wait at the same time', () => {
  let dir: string;
  let dataSource: DataSource;
  let other: DataSource;
  let transaction: Transaction;
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'gatehouse-together-'));
    const file = join(dir, 'test.sqlite');
    dataSource = new DataSource(dataSourceOptions({ kind: 'sqlite', file }, { entities: [], migrations }));
    await prepareDatabase(dataSource);
    await dataSource.query('CREATE TABLE notes (name text UNIQUE NOT NULL, more blob)');
    transaction = new Transaction(dataSource);
    other = await new DataSource({ type: 'sqlite', database: file }).initialize();
  });
  afterEach(async () => {
    await other.destroy();
    await dataSource.destroy();
    rmSync(dir, { recursive: true });
  });

  /** What others see, which is what is kept. */
  const kept = async () =>
    (await other.query<{ name: string }[]>('SELECT name FROM notes ORDER BY rowid')).map(({ name }) => name);
  const insert = (manager: EntityManager, name: string, bytes = 0) =>
    manager.query('INSERT INTO notes VALUES ($1, zeroblob($2))', [name, bytes]);
  const add = (name: string) => transaction.run(manager => insert(manager, name));
  const addTwice = (name: string) =>
    transaction.run(async manager => {
      await insert(manager, `${name} first`);
      await insert(manager, name);
      await insert(manager, name);
    });
  const howTheyWent = async (all: readonly Promise<unknown>[]) =>
    (await Promise.allSettled(all)).map(({ status }) => status);

  it('have an instant each, from the beginning of their work to its end', async () => {
    class Going extends Clock {
      private time: Instant = 0;
      now = () => (this.time += 1);
    }
    transaction = new Transaction(dataSource, new Going());
    const works = ['a', 'b', 'c'].map(name =>
      transaction.run(async manager => {
        const began = instantOf(manager);
        await insert(manager, name);
        return [began, instantOf(manager)];
      }),
    );
    expect(await Promise.all(works)).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(() => instantOf(dataSource.manager)).toThrow('Transaction.run');
  });

  it('are kept together, and nobody is told before', async () => {
    const names = (round: number) => ['first', 'second', 'third', 'last'].map(name => `${name} ${round}`);
    /** What the last of four sees of those before it, and what they were told by then. */
    const seenIn = async (round: number) => {
      const [first = '', second = '', third = '', last = ''] = names(round);
      const told: string[] = [];
      const all = [add(first), add(second), transaction.one(manager => insert(manager, third))];
      all.forEach((one, index) => void one.then(() => told.push(`${index}`)));
      const looking = transaction.run(async manager => {
        await insert(manager, last);
        return { kept: (await kept()).slice(4 * round), told: [...told] };
      });
      await Promise.all(all);
      return looking;
    };
    let [seen, round] = [await seenIn(0), 0];
    // A machine that is busy with something else may take so long over the first that it waits for no other: one more tells.
    while (seen.kept.length > 0 && round < 50) seen = await seenIn((round += 1));
    expect(seen).toEqual({ kept: [], told: [] });
    expect((await kept()).slice(4 * round)).toEqual(names(round));
  });

  it('take nobody along where one fails: not the first, nor one in the middle, nor the last', async () => {
    const all = [addTwice('a'), add('b'), addTwice('c'), add('d'), add('b'), add('e'), addTwice('f')];
    const [no, yes] = ['rejected', 'fulfilled'];
    expect(await howTheyWent(all)).toEqual([no, yes, no, yes, no, yes, no]);
    expect(await kept()).toEqual(['b', 'd', 'e']);
    await expect(all[2]).rejects.toThrow(/UNIQUE/);
  });

  it('are all told where the machine fails before they are kept, and what comes then is kept', async () => {
    const [size] = await dataSource.query<{ page_count: number }[]>('PRAGMA page_count');
    await dataSource.query(`PRAGMA max_page_count = ${(size?.page_count ?? 0) + 1}`);
    const tooBig = transaction.run(manager => insert(manager, 'too big', 100_000));
    const all = [add('one'), add('two'), tooBig, add('three')];
    const ends = await howTheyWent(all);
    await dataSource.query('PRAGMA max_page_count = 1000000');
    const names = ['one', 'two', 'too big', 'three'];
    // Whoever was told that it is kept finds it, and nobody else.
    expect(await kept()).toEqual(names.filter((_, index) => ends[index] === 'fulfilled'));
    expect(ends[2]).toBe('rejected');
    await add('four');
    expect(await kept()).toContain('four');
  });

  it('see what those before them wrote, so that of twenty who want one thing one gets it', async () => {
    const take = () =>
      transaction.run(async manager => {
        const [row] = await manager.query<{ n: number }[]>('SELECT count(*) AS n FROM notes');
        if ((row?.n ?? 0) > 0) return false;
        await insert(manager, 'the one');
        return true;
      });
    const won = await Promise.all(Array.from({ length: 20 }, () => comingAgainAfterTheWait(take)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await kept()).toEqual(['the one']);
  });

  it('wait for others while the server is busy, and for nobody once one comes that may not wait', async () => {
    transaction.whileBusy(() => hours(1));
    let isTold = false;
    const patient = transaction.run(manager => insert(manager, 'patient'), 'person', true);
    void patient.then(() => (isTold = true));
    await dataSource.query('SELECT 1');
    expect([isTold, await kept()]).toEqual([false, []]);
    await add('hurried');
    await patient;
    expect(await kept()).toEqual(['patient', 'hurried']);
  });

  it('do not wait while nothing is scarce', async () => {
    transaction.whileBusy(() => 0);
    await transaction.run(manager => insert(manager, 'patient'), 'person', true);
    expect(await kept()).toEqual(['patient']);
  });
});
