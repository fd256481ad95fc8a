import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource, type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { readEnvironment } from '../src/config/read-environment.js';
import { digestOf, issueToken } from '../src/crypto/secret-token.js';
import { dataSourceOptions, type Schema } from '../src/database/data-source-options.js';
import { migrations } from '../src/database/migrations/all-migrations.js';
import { prepareDatabase } from '../src/database/prepare-database.js';
import { hours } from '../src/kernel/durations.js';
import type { Session } from '../src/sessions/session-store.js';
import { textOf } from '../src/sessions/session-text.js';
import { FakeClock } from './support/fake-clock.js';
import { OwnStores, STORE_KINDS } from './support/stores.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import { verified } from './support/verified-trail.js';
import type { Visitor } from './support/visitor.js';

const SECRET = 'the secret of an installation that is upgraded';

/** The schema of the version before sign-ins, confirmed addresses, groups, sealed mails and streams of events. */
const BEFORE = migrations.filter(({ name }) => Number(name.replace(/^\D+/, '')) < 1795700000000);

/** What a browser has, and what the server of the version before kept of it. */
interface Kept {
  readonly cookie: string;
  readonly session: Session;
}

let passwordHash: string;
beforeAll(async () => {
  const donor = await TestApp.start({}, [], { stores: 'sqlite' });
  await donor.person('ada');
  const [row] = await donor.sql<{ hash: string }>(
    "SELECT password_hash AS hash FROM users WHERE username = 'ada'",
  );
  passwordHash = row!.hash;
  await donor.close();
});

describe.each(STORE_KINDS)('an installation of the version before, on %s', kind => {
  let folder: string;
  let own: OwnStores;
  let test: TestApp;
  let now: number;
  const before: Kept[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-upgraded-'));
    own = await OwnStores.make(kind);
    const environment = { DATA_DIR: folder, SESSION_SECRET: SECRET, ...own.environment };
    const config = readEnvironment({ NODE_ENV: 'test', ...environment });
    const options = dataSourceOptions(config.database, { entities: [], migrations: BEFORE });
    const database = new DataSource(options);
    await prepareDatabase(database);
    now = new FakeClock().now();
    for (const name of ['ada', 'ben']) await addPerson(database, name);
    for (const name of ['ada', 'ada', 'ben']) before.push(await keep(database, name));
    await addEvent(database, 'ada');
    await database.destroy();
    test = await TestApp.start(environment, [], { stores: 'sqlite' });
  });
  afterAll(async () => {
    await test.close();
    await own.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** As a program of the version before writes them: it knows no column that came since. */
  const addPerson = (database: DataSource, name: string) =>
    database.query(
      'INSERT INTO users (id, username, username_key, email, email_key, display_name, role, password_hash, demo, created_at) ' +
        "VALUES ($1, $1, $1, $2, $2, $1, 'user', $3, false, 0)",
      [name, `${name}@example.org`, passwordHash],
    );
  const addEvent = (database: DataSource, userId: string) =>
    database.query(
      'INSERT INTO audit_events (id, occurred_at, event, outcome, user_id, session, ip, user_agent, request_id, facts) ' +
        `VALUES ($1, $2, 'authn_login_success', 'success', $3, NULL, '192.0.2.7', 'A browser', '', '{}')`,
      [issueToken().plain, now, userId],
    );
  async function keep(database: DataSource, userId: string): Promise<Kept> {
    const { plain: sid, digest: idHash } = issueToken();
    const session: Session = {
      ...{ idHash, publicId: digestOf(idHash).slice(0, 22), userId },
      ...{ createdAt: now, authenticatedAt: now, lastSeenAt: now },
      ...{ idleExpiresAt: now + hours(1), expiresAt: now + hours(24), remembered: false },
      ...{ amr: ['pwd'], ip: '192.0.2.7', userAgent: 'A browser', data: '{"csrf":"x"}' },
    };
    if (kind.includes('redis'))
      await own.redis('SET', `session:${idHash}`, textOf(session, 0), 'PX', String(hours(1)));
    else
      await database.query(
        'INSERT INTO sessions (id_hash, public_id, user_id, created_at, authenticated_at, last_seen_at, ' +
          'idle_expires_at, expires_at, ends_at, remembered, amr, ip, user_agent, data) ' +
          `VALUES ($1, $2, $3, ${now}, ${now}, ${now}, $4, $5, $4, false, 'pwd', '192.0.2.7', 'A browser', $6)`,
        [idHash, session.publicId, userId, session.idleExpiresAt, session.expiresAt, session.data],
      );
    const seal = createHmac('sha256', SECRET).update(sid).digest('base64').replace(/=+$/, '');
    return { cookie: encodeURIComponent(`s:${sid}.${seal}`), session };
  }

  const back = ({ cookie }: Kept): Visitor => {
    const visitor = test.visitor();
    visitor.cookies.set('gatehouse', cookie);
    return visitor;
  };
  const signInsOf = (userId: string) =>
    test.sql<{ id: string; ended_at: number | null }>(
      `SELECT id, ended_at FROM sign_ins WHERE user_id = '${userId}'`,
    );

  it('keeps everybody signed in, and each session gets its sign-in when somebody comes back with it', async () => {
    expect(await signInsOf('ada')).toEqual([]);
    for (const kept of before) {
      const answers = await Promise.all([1, 2, 3].map(() => back(kept).get('/session')));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(JSON.parse(answers[0]!.body)).toMatchObject({
        session: { publicId: kept.session.publicId },
      });
    }
    const names = before.filter(({ session }) => session.userId === 'ada').map(kept => kept.session.publicId);
    expect((await signInsOf('ada')).map(({ id }) => id).sort()).toEqual([...names].sort());
  });

  it('has everybody and everything that it had, and events of before stand outside the chain', async () => {
    const [people] = await test.sql<{ n: number }>('SELECT count(*) AS n FROM users WHERE demo = false');
    expect(Number(people?.n)).toBe(2);
    const trail = await verified(test);
    expect(trail).toMatchObject({ findings: [], outside: 1 });
  });

  it('lets people in with the password they had', async () => {
    expect((await test.visitor().signIn('ben', PASSWORD)).status).toBe(303);
    expect((await test.visitor().signIn('ben@example.org', PASSWORD)).status).toBe(303);
  });

  it('takes what a node of the version before still writes: people, sessions, events', async () => {
    const database = test.get(DataSource);
    await addPerson(database, 'cleo');
    const late = await keep(database, 'cleo');
    await addEvent(database, 'cleo');
    expect((await back(late).get('/session')).status).toBe(200);
    expect((await signInsOf('cleo')).map(({ id }) => id)).toEqual([late.session.publicId]);
    expect((await test.visitor().signIn('cleo', PASSWORD)).status).toBe(303);
    expect(await verified(test)).toMatchObject({ findings: [], outside: 2 });
  });

  it('ends them all together', async () => {
    const [one, other] = before;
    expect((await back(one!).postForm('/account/devices/end-others')).status).toBe(303);
    expect((await back(other!).get('/session')).status).toBe(401);
    expect((await back(one!).get('/session')).status).toBe(200);
    const open = (await signInsOf('ada')).filter(({ ended_at }) => ended_at === null);
    expect(open.map(({ id }) => id)).toEqual([one!.session.publicId]);
  });
});

describe.each(['sqlite', 'postgres'] as const)(
  'a table of a team that has the name of a new one, on %s',
  kind => {
    let folder: string;
    let own: OwnStores;
    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'gatehouse-upgraded-'));
      own = await OwnStores.make(kind);
    });
    afterEach(async () => {
      await own.remove();
      rmSync(folder, { recursive: true, force: true });
    });

    /** The database with these changes, of which some may have run. */
    async function at<T>(
      changes: Schema['migrations'],
      work: (database: DataSource) => Promise<T>,
    ): Promise<T> {
      const { database: which } = readEnvironment({
        ...{ NODE_ENV: 'test', DATA_DIR: folder, SESSION_SECRET: SECRET },
        ...own.environment,
      });
      const database = new DataSource(dataSourceOptions(which, { entities: [], migrations: changes }));
      try {
        return await work(database);
      } finally {
        if (database.isInitialized) await database.destroy();
      }
    }
    const appliedIn = async (database: DataSource) =>
      (await database.query<{ name: string }[]>('SELECT name FROM migrations'))
        .map(({ name }) => name)
        .sort();

    it('stops the upgrade with what to do, and changes nothing; renamed, it is in nobody’s way', async () => {
      const before = await at([...BEFORE, OwnPasskeys1795650000000], async database => {
        await prepareDatabase(database);
        await database.query("INSERT INTO passkeys (id) VALUES ('of the team')");
        return appliedIn(database);
      });
      await expect(at([...migrations, OwnPasskeys1795650000000], prepareDatabase)).rejects.toThrow(
        /already exists.*\. Something else has the name "passkeys", .+ begins with app_ .+ docs\/upgrade\.md/,
      );
      await at([...BEFORE, OwnPasskeys1795650000000, Renamed1795660000000], async database => {
        await database.initialize();
        expect(await appliedIn(database)).toEqual(before);
        await database.destroy();
        await prepareDatabase(database);
      });
      await at([...migrations, OwnPasskeys1795650000000, Renamed1795660000000], async database => {
        expect((await prepareDatabase(database)).length).toBeGreaterThan(5);
        expect(await database.query('SELECT id FROM app_passkeys')).toEqual([{ id: 'of the team' }]);
        expect(await database.query('SELECT id FROM passkeys')).toEqual([]);
      });
    });
  },
);

class OwnPasskeys1795650000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const columns = [{ name: 'id', type: 'text', isPrimary: true }];
    await runner.createTable(new Table({ name: 'passkeys', columns }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('passkeys');
  }
}

class Renamed1795660000000 implements MigrationInterface {
  up(runner: QueryRunner): Promise<void> {
    return runner.renameTable('passkeys', 'app_passkeys');
  }

  down(runner: QueryRunner): Promise<void> {
    return runner.renameTable('app_passkeys', 'passkeys');
  }
}
