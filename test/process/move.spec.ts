import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OWN_ENTITIES } from '../../src/app/entities.js';
import { GATEHOUSE_ENTITIES } from '../../src/schema.js';
import { OwnStores } from '../support/stores.js';
import { DataSource } from 'typeorm';
import type { Ended } from './server-process.js';
import { ACCOUNTS, GROUPS, SqliteInstallation } from './sqlite-installation.js';

const MANY = 1500;
const ALL = MANY + ACCOUNTS;

describe('gatehouse move', () => {
  let old: SqliteInstallation;
  let target: OwnStores;
  beforeAll(async () => (old = await SqliteInstallation.make(MANY)));
  afterAll(() => old.folder.remove());
  beforeEach(async () => (target = await OwnStores.make('postgres')));
  afterEach(() => target.remove());

  const url = () => target.environment['DATABASE_URL']!;
  const moved = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await old.move(url(), args);
    expect([code, stderr]).toEqual([0, '']);
    return stdout;
  };
  const expectRefused = async (ending: Promise<Ended>, line: RegExp, code = 1) => {
    const { stdout, stderr, ...end } = await ending;
    expect([end.code, stdout]).toEqual([code, '']);
    expect(stderr).toMatch(line);
  };

  it('moves every row as it is, and leaves the source as it was', async () => {
    const before = old.digests();
    const told = [
      `${ALL} accounts`,
      ...[
        '1 authenticator',
        '1 recovery code',
        '1 reset of second factors',
        '1 second step',
        '\\d+ sign-ins',
      ],
      ...['1 name that applications know', `${GROUPS.length} groups`, `${2 * ALL} members of groups`],
      ...['1 application', '1 address of an application', '1 version of the applications'],
      ...['1 session in an application', '1 access token', '\\d+ mailed links?', '\\d+ mails'],
      ...['\\d+ counts of failed attempts', '1 promise to make events nameless'],
      ...['\\d+ streams of security events', '\\d+ security events', '1 passkey', '1 used challenge'],
    ].map(what => `${what} moved\\.\n`);
    expect(await moved()).toMatch(
      new RegExp(
        `^Made a new database in PostgreSQL at ".+"\\.\n${told.join('')}No session was moved: .+\n` +
          'Everything is there\\. Take the same secrets along ',
      ),
    );
    expect(old.digests()).toEqual(before);
    const others = [
      'sign_ins',
      'used_names',
      'groups',
      'group_members',
      'one_time_tokens',
      'mails',
      'attempts',
      'erasures',
      'audit_streams',
      'audit_events',
      ...[
        'authenticators',
        'recovery_codes',
        'factor_resets',
        'sign_in_steps',
        'passkeys',
        'used_challenges',
      ],
      ...['applications', 'application_origins', 'application_catalogue', 'application_sessions'],
      'access_tokens',
    ];
    for (const table of ['users', ...others])
      expect(await rowsIn(target, table)).toEqual(await rowsOf(old.file, table));
    expect(await rowsIn(target, 'sessions')).toEqual([]);
  });

  it('moves every table of the program, but those of readiness checks, migrations and a few moments', async () => {
    await moved('--sessions');
    const tables = await target.sql<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
    );
    const names = tables.map(({ name }) => name).filter(name => !['migrations', 'probes'].includes(name));
    expect(names).toHaveLength(GATEHOUSE_ENTITIES.length + OWN_ENTITIES.length);
    const empty = [];
    for (const name of names) if ((await rowsIn(target, name)).length === 0) empty.push(name);
    expect(empty.sort()).toEqual(['entry_tickets', 'form_answers']);
  });

  it('leaves nothing beside a source that was closed in order', async () => {
    const file = await old.copy('closed', 'PRAGMA wal_checkpoint(TRUNCATE)');
    const { code } = await old.command(['move', '--from', `sqlite:${file}`, '--to', url()]);
    expect([code, readdirSync(dirname(file))]).toEqual([0, ['gatehouse.sqlite']]);
  });

  it('passes over what is there, and takes what has come since', async () => {
    await moved();
    const news = await old.copy(
      'news',
      "UPDATE users SET display_name = 'Another' WHERE username = 'Ben'",
      NEW,
    );
    const again = await old.command(['move', '--from', `sqlite:${news}`, '--to', url()]);
    expect(again.stdout).toMatch(new RegExp(`^1 account moved, ${ALL} were there already\\.\n`));
    expect(again.code).toBe(0);
    const names = await target.sql("SELECT display_name FROM users WHERE username IN ('Ben', 'Zoe')");
    expect(names).toEqual([{ display_name: 'Ben' }, { display_name: 'Zoe' }]);
  });

  describe('where the target holds something of another installation', () => {
    const other = (key: string, value: string) =>
      target
        .sql(
          `INSERT INTO users (id, username, username_key, email, email_key, display_name, role, demo, created_at)
         VALUES ('other', 'other', 'other', 'other', 'other', 'other', 'user', false, 1)`,
        )
        .then(() => target.sql(`UPDATE users SET ${key} = $1`, [value]));
    beforeEach(() => old.command(['migrate'], { ...target.environment }));

    it.each([
      [
        'username_key',
        'p1200',
        /^The target has another account with the username "p1200"; nothing of this batch/,
      ],
      [
        'email_key',
        'ada@example.org',
        /^The target has another account with the e-mail address "ada@example\.org";/,
      ],
    ])('says which %s two have, and writes nothing of that batch', async (key, value, line) => {
      await other(key, value);
      await expectRefused(old.move(url()), line);
      const [row] = await target.sql<{ people: number }>(
        "SELECT count(*) AS people FROM users WHERE id <> 'other'",
      );
      expect(row!.people).toBe(key === 'email_key' ? 0 : 1000);
    });
  });

  describe('refuses', () => {
    it('a file that is not there, and makes none', async () => {
      const file = join(old.folder.path, 'nowhere', 'gatehouse.sqlite');
      await expectRefused(
        old.command(['move', '--from', `sqlite:${file}`, '--to', url()]),
        /^--from: there is no file ".+nowhere.+"\.\n$/,
      );
      expect(existsSync(join(old.folder.path, 'nowhere'))).toBe(false);
    });

    it('a file that is something else', async () => {
      const file = join(old.folder.path, 'letter');
      const from = ['move', '--from', `sqlite:${file}`, '--to', url()];
      writeFileSync(file, 'Dear Ada, '.repeat(1000));
      await expectRefused(old.command(from), /^The database ".+" cannot be used: SQLITE_NOTADB/);
      writeFileSync(file, '');
      await expectRefused(old.command(from), /^--from names a database that is none of Gatehouse\.\n$/);
      expect(statSync(file).size).toBe(0);
    });

    it('a schema that is not ours', async () => {
      const early = await old.copy('early', "DELETE FROM migrations WHERE name LIKE 'MailAndTokens%'");
      await expectRefused(
        old.command(['move', '--from', `sqlite:${early}`, '--to', url()]),
        /^The schema of --from is not up to date\. Run "gatehouse migrate" on it first/,
      );
      const late = await old.copy('late', "INSERT INTO migrations (timestamp, name) VALUES (1, 'Later1')");
      await expectRefused(
        old.command(['move', '--from', `sqlite:${late}`, '--to', url()]),
        /^--from was written by a later version of Gatehouse\./,
      );
    });

    it('every other direction, and misuse', async () => {
      const sqlite = `sqlite:${old.file}`;
      await Promise.all([
        expectRefused(
          old.command(['move', '--from', url(), '--to', sqlite]),
          /^--from takes sqlite:FILE: .+\n$/,
        ),
        expectRefused(old.move(sqlite), /^--to takes postgres:\/\/.+\n$/),
        expectRefused(old.command(['move', '--from', sqlite]), /required option '--to <url>'/, 2),
      ]);
    });

    it('to send passwords to another machine unencrypted', () =>
      expectRefused(
        old.move('postgres://gatehouse@db.example.org/gatehouse'),
        /^--to names another machine: end it with \?sslmode=verify-full/,
      ));

    it.each(['127.0.0.1:1/gatehouse', '127.0.0.1/not_there'])(
      'a database that is not there, without repeating a password: %s',
      async place => {
        const { code, stdout, stderr } = await old.move(`postgres://postgres:hidden-words@${place}`);
        expect([code, stdout]).toEqual([1, '']);
        expect(stderr).toMatch(/^--to: PostgreSQL at ".+" cannot be used: .+\n$/);
        expect(stderr).not.toContain('hidden-words');
      },
    );
  });

  it('fails where a row is missing afterwards, whatever the reason', async () => {
    await old.command(['migrate'], { ...target.environment });
    await target.sql(`CREATE FUNCTION lose_ben() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN IF NEW.username = ''Ben'' THEN RETURN NULL; END IF; RETURN NEW; END'`);
    await target.sql(
      'CREATE TRIGGER lose_ben BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION lose_ben()',
    );
    await expectRefused(
      old.move(url()),
      new RegExp(`^Of ${ALL} accounts ${ALL - 1} are in the target\\. .+\n$`),
    );
  });

  it('leaves demo accounts behind with all that is its own', async () => {
    const file = await old.copy('demo', ADD_DEMO, ADD_DEMO_SESSION, ADD_DEMO_TOKEN, ADD_DEMO_MEMBER);
    const args = ['move', '--from', `sqlite:${file}`, '--to', url(), '--sessions'];
    const { code, stdout } = await old.command(args);
    expect(stdout).toMatch(/^The demo accounts were not moved\.$/m);
    expect(code).toBe(0);
    expect(await target.sql("SELECT id FROM users WHERE id = 'demo'")).toEqual([]);
    expect(await target.sql("SELECT user_id FROM sessions WHERE user_id = 'demo'")).toEqual([]);
    expect(await target.sql("SELECT user_id FROM group_members WHERE user_id = 'demo'")).toEqual([]);
    expect(await target.sql("SELECT digest FROM one_time_tokens WHERE subject = 'demo'")).toEqual([]);
  });

  it('tells of texts that PostgreSQL cannot store as they are', async () => {
    const file = await old.copy(
      'nul',
      "UPDATE users SET display_name = 'a' || char(0) || 'b' WHERE username = 'Ben'",
    );
    const { stdout } = await old.command(['move', '--from', `sqlite:${file}`, '--to', url()]);
    expect(stdout).toMatch(/^1 text holds U\+0000, which PostgreSQL cannot store: there it is U\+FFFD\.$/m);
    const rows = await target.sql("SELECT display_name FROM users WHERE username = 'Ben'");
    expect(rows).toEqual([{ display_name: 'a\ufffdb' }]);
  });
});

/** All rows of a table, as the program sees them. */
async function rowsIn(target: OwnStores, table: string): Promise<unknown[]> {
  return inOrder(await target.sql<Row>(`SELECT * FROM ${table}`));
}

async function rowsOf(file: string, table: string): Promise<unknown[]> {
  const database = new DataSource({ type: 'sqlite', database: file, flags: 1 });
  await database.initialize();
  const rows = await database.query<Row[]>(`SELECT * FROM ${table}`);
  await database.destroy();
  const told = Object.entries(BOOLEANS).filter(([name]) => name === table);
  return inOrder(
    rows.map(row => ({
      ...row,
      ...Object.fromEntries(told.flatMap(([, names]) => names.map(n => [n, row[n] === 1]))),
    })),
  );
}

type Row = Record<string, unknown>;

/** SQLite has none, and says 0 or 1. */
const BOOLEANS: Readonly<Record<string, readonly string[]>> = {
  users: ['demo'],
  sign_in_steps: ['remembered'],
  passkeys: ['synced', 'backed_up'],
  applications: ['tokens', 'own_session'],
};

const inOrder = (rows: Row[]): Row[] => rows.sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));

const nameOf = (row: Row): string =>
  [
    row['id'] ?? row['digest'] ?? row['budget'] ?? row['user_id'] ?? row['username_key'] ?? row['stream'],
    row['name'] ?? row['group_name'],
  ].join();

const NEW = `
  INSERT INTO users (id, username, username_key, display_name, role, demo, created_at)
  VALUES ('new', 'Zoe', 'zoe', 'Zoe', 'user', 0, 1)`;

const ADD_DEMO = `
  INSERT INTO users (id, username, username_key, display_name, role, demo, created_at)
  VALUES ('demo', 'user1', 'user1', 'user1', 'user', 1, 1)`;

const ADD_DEMO_SESSION = `
  INSERT INTO sessions
  SELECT 'demo', 'demo', 'demo', created_at, authenticated_at, last_seen_at, idle_expires_at, expires_at, ends_at,
    remembered, amr, ip, user_agent, data, version
  FROM sessions LIMIT 1`;

const ADD_DEMO_TOKEN = `
  INSERT INTO one_time_tokens (digest, purpose, subject, address, details, created_at, expires_at)
  VALUES ('demo', 'reset', 'demo', '', '{}', 1, 1)`;

const ADD_DEMO_MEMBER = "INSERT INTO group_members (group_name, user_id, since) VALUES ('a', 'demo', 1)";
