import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { NODES_DATA_KEY } from '../support/nodes-data-key.js';
import { PASSWORD } from '../support/password.js';
import { Visitor } from '../support/visitor.js';
import { type Ended, Folder, ServerProcess } from './server-process.js';

/** What the servers before and after a move have in common. */
export const SECRETS = {
  SESSION_SECRET: 'the same secret before the move and after it',
  DATA_KEY_FILE: NODES_DATA_KEY,
};

/** People of {@link SqliteInstallation} who have signed up one by one. */
export const ACCOUNTS = 3;

/** Nobody listens there: mails stay promised. */
const NO_MAIL_SERVER = 'smtp://127.0.0.1:1';

/**
 * An installation with a history, whose server was killed with -9: part of it is in the write-ahead log. Ada is an
 * administrator with two browsers and a promised mail, Ben has no address, Cleo is disabled, Dora was
 * deleted, and applications know her name; and there are many more.
 */
export class SqliteInstallation {
  readonly folder = new Folder();
  readonly file = join(this.folder.data, 'gatehouse.sqlite');
  /** Ada's browsers: one signed in for the day, one for longer. */
  browsers: readonly [Visitor, Visitor] = [new Visitor(0), new Visitor(0)];

  static async make(more = 0): Promise<SqliteInstallation> {
    const made = new SqliteInstallation();
    await made.register('Ada', '--email', 'ada@example.org', '--role', 'admin');
    await made.register('Ben');
    await made.register('Cleo', '--email', 'cleo@example.org');
    await made.folder.command(['user', 'disable', 'cleo'], '', SECRETS);
    await made.register('Dora');
    await made.folder.command(['user', 'delete', 'dora'], '', SECRETS);
    for (const statement of ADD_GROUPS) await changed(made.file, statement);
    await changed(made.file, ADD_PEOPLE, [more]);
    await changed(made.file, ADD_MEMBERS);
    await changed(made.file, "INSERT INTO used_names (username_key, since) VALUES ('dora', 1795000000000)");
    for (const [table, given] of ROWS_OF_CLEO) await addRow(made.file, table, given);
    await made.live();
    return made;
  }

  /** Moves it, or a copy of it. */
  move(to: string, args: readonly string[] = [], environment: Record<string, string> = {}): Promise<Ended> {
    return this.command(['move', '--from', `sqlite:${this.file}`, '--to', to, ...args], environment);
  }

  /** A command with the installation's secrets. */
  command(args: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
    return this.folder.command(args, '', { ...SECRETS, ...environment });
  }

  /** A copy in which these statements were run. */
  async copy(name: string, ...statements: string[]): Promise<string> {
    const file = join(this.folder.path, name, 'gatehouse.sqlite');
    mkdirSync(dirname(file));
    for (const end of ['', '-wal'])
      if (existsSync(this.file + end)) copyFileSync(this.file + end, file + end);
    for (const statement of statements) await changed(file, statement);
    return file;
  }

  /** SHA-256 of the database and of its write-ahead log. */
  digests(): readonly string[] {
    return ['', '-wal'].map(end =>
      createHash('sha256')
        .update(readFileSync(this.file + end))
        .digest('hex'),
    );
  }

  private async register(name: string, ...args: string[]): Promise<void> {
    const command = ['user', 'create', name, '--password-stdin', ...args];
    const { code, stderr } = await this.folder.command(command, PASSWORD, SECRETS);
    if (code !== 0) throw new Error(stderr);
  }

  private async live(): Promise<void> {
    const server = await ServerProcess.start(this.folder, { ...SECRETS, SMTP_URL: NO_MAIL_SERVER });
    this.browsers = [await server.signedIn('ada'), server.visitor()];
    await this.browsers[1].arrive('ada', PASSWORD, { remember: 'on' });
    await server.visitor().arrive('ben', 'eleven wrong words');
    await server.visitor().insist('/forgot', { email: 'ada@example.org' });
    await written(this.file, 'authn_login_fail', 'authn_recovery_request');
    await server.kill('SIGKILL');
  }
}

/**
 * Waits until the file has these events, which are written after the answer: a server that is killed before has not kept
 * them, and a command that looks before does not find them.
 */
export async function written(file: string, ...events: readonly string[]): Promise<void> {
  const places = events.map(() => '?').join();
  const statement = `SELECT DISTINCT event FROM audit_events WHERE event IN (${places})`;
  while ((await changed(file, statement, [...events])).length < events.length) await pause(20);
}

/** Groups of {@link SqliteInstallation}: everybody is in each, but nobody in the last. */
export const GROUPS = ['a', 'b', 'empty'];

/** Opens a SQLite file, runs a statement, and closes it. A server or command that writes there is waited for. */
export async function changed<T>(file: string, statement: string, values: unknown[] = []): Promise<T[]> {
  const database = new DataSource({ type: 'sqlite', database: file, busyTimeout: 30_000 });
  await database.initialize();
  try {
    return await database.query<T[]>(statement, values);
  } finally {
    await database.destroy();
  }
}

const FAR_AHEAD = 4_000_000_000_000;
const KEY_ID = /^(\w+):/m.exec(readFileSync(NODES_DATA_KEY, 'utf8'))?.[1] ?? '';
const CLEO = { user_id: (file: string) => onlyOne(file, "SELECT id FROM users WHERE username_key = 'cleo'") };

/** A row of each table that nothing of the rest writes to, with what is not alike in all of them. */
const ROWS_OF_CLEO: readonly (readonly [string, Given])[] = [
  ['authenticators', { ...CLEO, secret: `${KEY_ID}.sealed`, sealed: `${KEY_ID}.sealed` }],
  ['recovery_codes', { ...CLEO, key_id: KEY_ID }],
  ['factor_resets', { ...CLEO, due_at: FAR_AHEAD, warned_at: null, done_at: null, finished_at: null }],
  ['sign_in_steps', { ...CLEO, expires_at: FAR_AHEAD }],
  ['sign_ins', { ...CLEO, expires_at: FAR_AHEAD, known_end_at: FAR_AHEAD, ended_at: null, end_reason: null }],
  ['passkeys', CLEO],
  ['used_challenges', { expires_at: FAR_AHEAD }],
  ['applications', { kind: 'proxied', strength: 1, preflight: 'deny', activity: 'all' }],
  ['application_origins', { application_name: 'name', origin: 'https://wiki.example.com', position: 0 }],
  ['application_catalogue', {}],
  ['application_sessions', { sign_in_id: 'id' }],
  ['access_tokens', { ...CLEO, application_name: 'name', expires_at: FAR_AHEAD }],
];

/** What columns hold; where it is not known before, how it is found out. */
type Given = Readonly<Record<string, string | number | null | ((file: string) => Promise<string>)>>;

/** Adds a row: its texts are the names of their columns, its numbers 1, but for those that are given. */
async function addRow(file: string, table: string, given: Given): Promise<void> {
  const columns = await changed<{ name: string; type: string }>(file, `PRAGMA table_info(${table})`);
  const values = columns.map(async ({ name, type }) => {
    const value = given[name];
    if (typeof value === 'function') return value(file);
    return value === undefined ? (/text|char/i.test(type) ? name : 1) : value;
  });
  const places = columns.map(() => '?').join();
  const names = columns.map(({ name }) => name).join();
  await changed(file, `INSERT INTO ${table} (${names}) VALUES (${places})`, await Promise.all(values));
}

const onlyOne = async (file: string, statement: string): Promise<string> =>
  (await changed<{ id: string }>(file, statement))[0]?.id ?? '';

const ADD_PEOPLE = `
  INSERT INTO users (id, username, username_key, display_name, role, demo, created_at)
  WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers)
  SELECT printf('many-%05d', n), 'P' || n, 'p' || n, 'P' || n, 'user', 0, 1795000000000 + n
  FROM numbers LIMIT ?`;

const ADD_GROUPS = GROUPS.map(
  name => `INSERT INTO groups (name, created_at) VALUES ('${name}', 1795000000000)`,
);

const ADD_MEMBERS = `
  INSERT INTO group_members (group_name, user_id, since)
  SELECT name, id, 1795000000001 FROM groups, users WHERE name <> 'empty'`;
