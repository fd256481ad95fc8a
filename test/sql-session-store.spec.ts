import { Logger as NestLogger } from '@nestjs/common';
import { type Logger } from 'typeorm';
import { PasswordProof } from '../src/sessions/proof.js';
import { SqlSessionStore } from '../src/sessions/sql-session.store.js';
import { type OpenStores, openStores } from './contracts/open-stores.js';
import { HASH, NOW, sessionOf, StoreUnderTest } from './contracts/store-under-test.js';

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

beforeAll(() => NestLogger.overrideLogger(false));

describe.each(['sqlite', 'postgres'] as const)('the SQL store on %s', kind => {
  let stores: OpenStores;
  let store: SqlSessionStore;
  let statements: Statements;
  let ada: string;
  beforeEach(async () => {
    statements = new Statements();
    stores = await openStores(kind, { more: { logging: ['query'], logger: statements } });
    store = new SqlSessionStore(stores.dataSource, stores.transaction);
    stores.sweeper.add('sessions', (now, most) => store.deleteExpired(now, most));
    ada = await new StoreUnderTest(stores).addPerson();
  });
  afterEach(() => stores.close());

  const usual = { cap: 500, replaces: null, proof: new PasswordProof(HASH) };
  const rows = async () =>
    Number((await stores.dataSource.query<{ n: number }[]>('SELECT count(*) AS n FROM sessions'))[0]?.n);

  it('finds a hundred sessions that are asked for at once with a few statements', async () => {
    const sessions = [...Array(100).keys()].map(() => sessionOf(ada));
    for (const session of sessions) await store.insert(session, usual);
    statements.all.length = 0;
    const found = await Promise.all(sessions.map(({ idHash }) => store.find(idHash, NOW)));
    expect(found.every(live => live?.person.id === ada)).toBe(true);
    expect(statements.all.length).toBeLessThanOrEqual(2);
  });

  it('asks the database again every time', async () => {
    const session = sessionOf(ada);
    await store.insert(session, usual);
    expect(await store.find(session.idHash, NOW)).not.toBeNull();
    await stores.dataSource.query('DELETE FROM sessions');
    expect(await store.find(session.idHash, NOW)).toBeNull();
  });

  it('answers a look-up that comes while another is on its way with what is true by then', async () => {
    const session = sessionOf(ada);
    await store.insert(session, usual);
    const early = store.find(session.idHash, NOW);
    await store.delete(session.idHash);
    const late = store.find(session.idHash, NOW);
    expect((await early)?.session.idHash ?? session.idHash).toBe(session.idHash);
    expect(await late).toBeNull();
  });

  it('ends sessions in the transaction it is given, and not where that fails', async () => {
    await store.insert(sessionOf(ada), usual);
    const failing = stores.transaction.run(async within => {
      expect(await store.deleteAllOf(ada, { within })).toHaveLength(1);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await store.listOf(ada, NOW)).toHaveLength(1);
  });

  it('is swept of what has ended, in batches of at most 500 rows', async () => {
    const { clock, dataSource, sweeper } = stores;
    await store.insert(sessionOf(ada, { idleExpiresAt: clock.now() + 1 }), usual);
    await store.insert(sessionOf(ada, { idleExpiresAt: clock.now() }), usual);
    await dataSource.query(
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) ' +
        "INSERT INTO sessions SELECT 'x' || i, 'p' || i, user_id, created_at, authenticated_at, last_seen_at, " +
        'idle_expires_at, expires_at, ends_at, remembered, amr, ip, user_agent, data, version ' +
        'FROM n CROSS JOIN sessions WHERE ends_at <= $1',
      [clock.now()],
    );
    statements.all.length = 0;
    expect(await sweeper.sweep()).toBe(1201);
    expect(statements.all.filter(query => /^DELETE FROM "?sessions/.test(query))).toHaveLength(3);
    expect(await rows()).toBe(1);
  });

  it('is left alone by a sweeper whose store cannot answer', async () => {
    await store.insert(sessionOf(ada), usual);
    await stores.breakDown();
    expect(await stores.sweeper.sweep()).toBe(0);
  });

  it('keeps nobody waiting for a sweeper of another node', async () => {
    for (let count = 0; count < 4; count++) await store.insert(sessionOf(ada, { idleExpiresAt: NOW }), usual);
    const removed = await Promise.all([...Array(4).keys()].map(() => store.deleteExpired(NOW, 1)));
    expect(removed.reduce((sum, count) => sum + count)).toBe(4 - (await rows()));
  });
});
