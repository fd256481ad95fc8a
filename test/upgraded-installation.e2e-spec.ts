import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { readEnvironment } from '../src/config/read-environment.js';
import { digestOf, issueToken } from '../src/crypto/secret-token.js';
import { dataSourceOptions } from '../src/database/data-source-options.js';
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
      `SELECT id, ended_at FROM sign_ins WHERE user_id = '${userId}' ORDER BY id`,
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
    expect((await signInsOf('ada')).map(({ id }) => id)).toEqual([...names].sort());
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
