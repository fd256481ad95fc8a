import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DataSource } from 'typeorm';
import { NODES_DATA_KEY } from '../support/nodes-data-key.js';
import { PASSWORD } from '../support/test-app.js';
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
    await this.browsers[1].signIn('ada', PASSWORD, { remember: 'on' });
    await server.visitor().signIn('ben', 'eleven wrong words');
    await server.visitor().post('/forgot', { email: 'ada@example.org' });
    await server.kill('SIGKILL');
  }
}

/** Groups of {@link SqliteInstallation}: everybody is in each, but nobody in the last. */
export const GROUPS = ['a', 'b', 'empty'];

/** Opens a SQLite file, runs a statement, and closes it. */
export async function changed<T>(file: string, statement: string, values: unknown[] = []): Promise<T[]> {
  const database = new DataSource({ type: 'sqlite', database: file });
  await database.initialize();
  try {
    return await database.query<T[]>(statement, values);
  } finally {
    await database.destroy();
  }
}

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
