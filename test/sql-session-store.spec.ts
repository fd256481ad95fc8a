import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger as NestLogger } from '@nestjs/common';
import { DataSource, type Logger } from 'typeorm';
import { dataSourceOptions } from '../src/database/data-source-options.js';
import { prepareDatabase } from '../src/database/prepare-database.js';
import { Sweeper } from '../src/database/sweeper.js';
import { Transaction } from '../src/database/transaction.js';
import { entities } from '../src/entities.js';
import { SqlSessionStore } from '../src/sessions/sql-session.store.js';
import { User } from '../src/users/user.entity.js';
import { sessionStoreContract } from './contracts/session-store.contract.js';
import { HASH, NOW, sessionOf, type StoreUnderTest } from './contracts/store-under-test.js';
import { FakeClock } from './support/fake-clock.js';

/** Statements as the driver gets them. */
class Statements implements Logger {
  readonly all: string[] = [];
  logQuery = (query: string): void => void this.all.push(query);
  logQueryError = (): void => undefined;
  logQuerySlow = (): void => undefined;
  logSchemaBuild = (): void => undefined;
  logMigration = (): void => undefined;
  log = (): void => undefined;
}

class SqliteUnderTest implements StoreUnderTest {
  private people = 0;

  private constructor(
    readonly dataSource: DataSource,
    readonly transaction: Transaction,
    readonly store: SqlSessionStore,
    readonly sweeper: Sweeper,
    readonly clock: FakeClock,
    readonly statements: Statements,
    private readonly folder: string,
  ) {}

  static async open(): Promise<SqliteUnderTest> {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-store-'));
    const statements = new Statements();
    const options = dataSourceOptions({ kind: 'sqlite', file: join(folder, 'test.sqlite') }, entities);
    const dataSource = new DataSource({ ...options, logging: ['query'], logger: statements });
    await prepareDatabase(dataSource);
    const transaction = new Transaction(dataSource);
    const clock = new FakeClock();
    const sweeper = new Sweeper(clock);
    const store = new SqlSessionStore(dataSource, transaction);
    sweeper.add('sessions', (now, most) => store.deleteExpired(now, most));
    return new SqliteUnderTest(dataSource, transaction, store, sweeper, clock, statements, folder);
  }

  async addPerson(): Promise<string> {
    const id = `person-${(this.people += 1)}`;
    const names = { username: id, usernameKey: id, displayName: id, email: null, emailKey: null };
    const rest = { role: 'user', demo: false, createdAt: NOW, disabledAt: null } as const;
    const password = { passwordHash: HASH, passwordChangedAt: NOW };
    await this.dataSource.manager.insert(User, { id, ...names, ...rest, ...password });
    return id;
  }
  async disable(id: string): Promise<void> {
    await this.dataSource.manager.update(User, { id }, { disabledAt: NOW });
  }
  async setPasswordHash(id: string, passwordHash: string): Promise<void> {
    await this.dataSource.manager.update(User, { id }, { passwordHash });
  }
  async remove(id: string): Promise<void> {
    await this.dataSource.manager.delete(User, { id });
  }
  breakDown(): Promise<void> {
    return this.dataSource.destroy();
  }
  async close(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
    rmSync(this.folder, { recursive: true });
  }
}

beforeAll(() => NestLogger.overrideLogger(false));

describe('sessions in SQLite', () => sessionStoreContract(SqliteUnderTest.open));

describe('the SQL store', () => {
  let test: SqliteUnderTest;
  beforeEach(async () => (test = await SqliteUnderTest.open()));
  afterEach(() => test.close());

  const usual = { cap: 500, replaces: null, passwordHash: HASH };
  const rows = async () =>
    Number((await test.dataSource.query<{ n: number }[]>('SELECT count(*) AS n FROM sessions'))[0]?.n);

  it('finds a hundred sessions that are asked for at once with a few statements', async () => {
    const ada = await test.addPerson();
    const sessions = [...Array(100).keys()].map(() => sessionOf(ada));
    for (const session of sessions) await test.store.insert(session, usual);
    test.statements.all.length = 0;
    const found = await Promise.all(sessions.map(({ idHash }) => test.store.find(idHash, NOW)));
    expect(found.every(live => live?.person.id === ada)).toBe(true);
    expect(test.statements.all.length).toBeLessThanOrEqual(2);
  });

  it('asks the database again every time', async () => {
    const session = sessionOf(await test.addPerson());
    await test.store.insert(session, usual);
    expect(await test.store.find(session.idHash, NOW)).not.toBeNull();
    await test.dataSource.query('DELETE FROM sessions');
    expect(await test.store.find(session.idHash, NOW)).toBeNull();
  });

  it('answers a look-up that comes while another is on its way with what is true by then', async () => {
    const session = sessionOf(await test.addPerson());
    await test.store.insert(session, usual);
    const early = test.store.find(session.idHash, NOW);
    await test.store.delete(session.idHash);
    const late = test.store.find(session.idHash, NOW);
    expect((await early)?.session.idHash ?? session.idHash).toBe(session.idHash);
    expect(await late).toBeNull();
  });

  it('ends sessions in the transaction it is given, and not where that fails', async () => {
    const ada = await test.addPerson();
    await test.store.insert(sessionOf(ada), usual);
    const failing = test.transaction.run(async within => {
      expect(await test.store.deleteAllOf(ada, { within })).toHaveLength(1);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await test.store.listOf(ada, NOW)).toHaveLength(1);
  });

  it('is swept of what has ended, in batches of at most 500 rows', async () => {
    const ada = await test.addPerson();
    await test.store.insert(sessionOf(ada, { idleExpiresAt: test.clock.now() + 1 }), usual);
    await test.store.insert(sessionOf(ada, { idleExpiresAt: test.clock.now() }), usual);
    await test.dataSource.query(
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) ' +
        "INSERT INTO sessions SELECT 'x' || i, 'p' || i, user_id, created_at, authenticated_at, last_seen_at, " +
        'idle_expires_at, expires_at, ends_at, remembered, amr, ip, user_agent, data ' +
        'FROM n JOIN sessions WHERE ends_at <= $1',
      [test.clock.now()],
    );
    test.statements.all.length = 0;
    expect(await test.sweeper.sweep()).toBe(1201);
    expect(test.statements.all.filter(query => /^DELETE FROM "?sessions/.test(query))).toHaveLength(3);
    expect(await rows()).toBe(1);
  });

  it('is left alone by a sweeper whose store cannot answer', async () => {
    await test.store.insert(sessionOf(await test.addPerson()), usual);
    await test.breakDown();
    expect(await test.sweeper.sweep()).toBe(0);
  });
});
