import { setTimeout as pause } from 'node:timers/promises';
import { AuditLog } from '../src/audit/audit-log.js';
import { OwnPostgres } from './support/own-postgres.js';
import { OwnRedis } from './support/own-redis.js';
import { atPostgres } from './support/stores.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Answer, Visitor } from './support/visitor.js';

/**
 * The longest that anybody waits for a store, and for the answer after it (milliseconds): two seconds of ours, and what a
 * machine takes beside that runs other suites meanwhile. By themselves the drivers would wait until the engine is back, which
 * it is after the last of these answers.
 */
const LONGEST_ANSWER = 20_000;
/** How long others keep coming (milliseconds): twice as long as anybody has to wait. */
const KEEP_COMING = 4000;

/** One way in which an engine fails, and how it comes back. */
interface Failure {
  readonly what: string;
  readonly engine: 'PostgreSQL' | 'Redis';
  readonly begin: (engines: Engines) => unknown;
  readonly end: (engines: Engines) => unknown;
}
interface Engines {
  readonly postgres: OwnPostgres;
  readonly redis: OwnRedis;
}

const FAILURES: readonly Failure[] = [
  {
    what: 'is gone',
    engine: 'PostgreSQL',
    begin: ({ postgres }) => postgres.end(),
    end: ({ postgres }) => postgres.startAgain(),
  },
  {
    what: 'says nothing',
    engine: 'PostgreSQL',
    begin: ({ postgres }) => postgres.hold(),
    end: ({ postgres }) => postgres.letGo(),
  },
  {
    what: 'refuses everybody',
    engine: 'PostgreSQL',
    begin: async ({ postgres }) => {
      await atPostgres('ALTER DATABASE gatehouse ALLOW_CONNECTIONS false', postgres.adminUrl);
      await atPostgres(TERMINATE, postgres.adminUrl);
    },
    end: ({ postgres }) => atPostgres('ALTER DATABASE gatehouse ALLOW_CONNECTIONS true', postgres.adminUrl),
  },
  {
    what: 'lets everybody wait for locks',
    engine: 'PostgreSQL',
    begin: ({ postgres }) => postgres.lockTables(),
    end: ({ postgres }) => postgres.unlockTables(),
  },
  {
    what: 'is gone',
    engine: 'Redis',
    begin: ({ redis }) => redis.end(),
    end: ({ redis }) => redis.startAgain(),
  },
  {
    what: 'says nothing',
    engine: 'Redis',
    begin: ({ redis }) => redis.hold(),
    end: ({ redis }) => redis.letGo(),
  },
  {
    what: 'answers errors',
    engine: 'Redis',
    begin: async ({ redis }) => {
      await redis.command('CONFIG', 'SET', 'replica-serve-stale-data', 'no');
      await redis.command('REPLICAOF', '127.0.0.1', '1');
    },
    end: ({ redis }) => redis.command('REPLICAOF', 'NO', 'ONE'),
  },
];

const TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'gatehouse'";

describe.each(FAILURES)('while $engine $what', ({ begin, end }) => {
  let engines: Engines;
  let test: TestApp;
  let ada: Visitor;
  let form: { _csrf: string };
  beforeAll(async () => {
    engines = { postgres: await OwnPostgres.start(), redis: await OwnRedis.start() };
    const { postgres, redis } = engines;
    test = await TestApp.start({ DATABASE_URL: postgres.url, REDIS_URL: redis.url }, [], {
      stores: 'sqlite',
    });
    await test.person('ada');
    ada = await test.signedIn();
    form = { _csrf: await ada.csrf() };
    // Who locks all tables would else wait for what writes two of them, and that for the lock.
    await test.get(AuditLog).settled();
    await begin(engines);
  });
  afterAll(async () => {
    await test.close();
    await engines.postgres.stop();
    await engines.redis.stop();
  });

  const expectBusy = (answer: Answer) => {
    expect([answer.status, answer.location, answer.setCookies]).toEqual([503, null, []]);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.headers['clear-site-data']).toBeUndefined();
  };

  it('a hundred people at once are all told so in time, and nobody is sent away or loses a cookie', async () => {
    const start = performance.now();
    const paths = ['/welcome', '/session', '/account/devices', '/', '/logout'];
    const ask = async (turn: number) => {
      const begun = performance.now();
      const answer = await ada.copy().get(paths[turn % paths.length] ?? '/');
      return { answer, took: performance.now() - begun };
    };
    const answers = [...Array(100).keys()].map(ask);
    let over = false;
    void Promise.all(answers).finally(() => (over = true));
    // Others keep coming meanwhile.
    while (!over && performance.now() - start < KEEP_COMING) {
      await pause(50);
      answers.push(ask(answers.length));
    }
    for (const { answer, took } of await Promise.all(answers)) {
      expectBusy(answer);
      expect(took).toBeLessThan(LONGEST_ANSWER);
    }
  });

  it('nothing is done half-way: signing in and out are refused as well', async () => {
    expectBusy(await test.visitor().signIn('ada', PASSWORD));
    expectBusy(await ada.copy().post('/logout', form));
  });

  it('the node is alive, not ready, and visitors get the login page', async () => {
    expect((await test.visitor().get('/health/live')).status).toBe(200);
    expectBusy(await test.visitor().get('/health/ready'));
    expect((await test.visitor().get('/login')).status).toBe(200);
  });

  it('and as soon as it is back everything works again, without a restart', async () => {
    await end(engines);
    while ((await ada.get('/session')).status !== 200) await pause(20);
    // It asks on a connection of its own, which may come a moment later.
    while ((await test.visitor().get('/health/ready')).status !== 200) await pause(20);
    expect((await ada.get('/account/devices')).status).toBe(200);
    await test.signedIn();
    expect(test.log.events('sys_error').every(({ status }) => status === 503)).toBe(true);
    expect(test.log.events('sys_redis_back')).toHaveLength(test.log.events('sys_redis_lost').length);
    expect((await ada.post('/logout', form)).status).toBe(303);
    expect((await ada.get('/welcome')).status).toBe(303);
  });
});
