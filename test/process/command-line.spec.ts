import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { PASSWORD } from '../support/password.js';
import type { Visitor } from '../support/visitor.js';
import { Folder, ServerProcess } from './server-process.js';

const ANOTHER = 'nine loud otters dive';

describe('the command line beside a running server', () => {
  const folder = new Folder();
  let server: ServerProcess;
  beforeAll(async () => (server = await ServerProcess.start(folder)));
  afterAll(async () => {
    await server.kill('SIGTERM');
    folder.remove();
  });

  const gatehouse = (...args: string[]) => folder.command(args);
  const withPassword = (password: string, ...args: string[]) =>
    folder.command([...args, '--password-stdin'], password);
  const isSignedIn = async (visitor: Visitor) => (await visitor.get('/session')).status === 200;
  const expectDone = async (ending: ReturnType<typeof gatehouse>, stdout: string | RegExp) => {
    const { code, stderr, ...said } = await ending;
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    expect(said.stdout).toMatch(stdout);
  };
  const expectRefused = async (ending: ReturnType<typeof gatehouse>, line: RegExp, code = 1) => {
    const { stdout, stderr, ...end } = await ending;
    expect([end.code, stdout]).toEqual([code, '']);
    expect(stderr).toMatch(line);
  };

  describe('user create', () => {
    it('makes an account that can sign in at once', async () => {
      const made = withPassword(
        `${PASSWORD}\n`,
        'user',
        'create',
        'Ada',
        '--email',
        'ada@example.org',
        '--role',
        'admin',
      );
      await expectDone(made, /^Created Ada\.\nAda has no second factor, which administrators need [^\n]+\n$/);
      const visitor = await server.signedIn('ada@example.org');
      // In production the role sleeps until a second factor was shown.
      expect(JSON.parse((await visitor.get('/session')).body)).toMatchObject({
        user: { username: 'Ada', role: 'user' },
      });
      expect((await gatehouse('user', 'list')).stdout).toMatch(/^Ada +ada@example\.org +no +admin /m);
    });

    it('refuses what the pages refuse, in one line', async () => {
      await Promise.all([
        expectRefused(withPassword('short', 'user', 'create', 'eve'), /^That is too short\. .+\n$/),
        expectRefused(
          withPassword(PASSWORD, 'user', 'create', 'ADA'),
          /^That username or e-mail address is taken.+\n$/,
        ),
        expectRefused(withPassword(PASSWORD, 'user', 'create', 'a b'), /^A username can have letters.+\n$/),
      ]);
    });

    it('takes no password that others could see', async () => {
      await Promise.all([
        expectRefused(
          gatehouse('user', 'create', 'eve'),
          /^Give the password on standard input, with --password-stdin\.\n$/,
        ),
        expectRefused(
          gatehouse('user', 'create', 'eve', '--password', PASSWORD),
          /unknown option '--password'/,
          2,
        ),
      ]);
    });
  });

  describe('user list', () => {
    it('shows everybody, as columns or as JSON, and no hash', async () => {
      await expectDone(
        gatehouse('user', 'list'),
        /^username +email +confirmed +role +state +created\nAda +ada@example\.org +no +admin +enabled +2\d/,
      );
      const { stdout } = await gatehouse('user', 'list', '--json');
      expect(JSON.parse(stdout)).toEqual([expect.objectContaining({ username: 'Ada', state: 'enabled' })]);
      expect(stdout).not.toMatch(/argon2|hash/);
    });
  });

  describe('user disable and enable', () => {
    it('end every session at once, and open the door again', async () => {
      const visitors = [await server.signedIn('ada'), await server.signedIn('ada')];
      await expectDone(gatehouse('user', 'disable', 'ada'), /^Disabled ada; all its sessions are ended\.\n$/);
      for (const visitor of visitors) expect(await isSignedIn(visitor)).toBe(false);
      expect((await server.visitor().signIn('ada', PASSWORD)).status).toBe(422);
      await expectDone(gatehouse('user', 'enable', 'ada'), /^Enabled ada\.\n$/);
      expect(await isSignedIn(visitors[0]!)).toBe(false);
      expect(await isSignedIn(await server.signedIn('ada'))).toBe(true);
    });
  });

  describe('user set-password', () => {
    it('ends every session at once; from then on only the new one fits', async () => {
      const visitor = await server.signedIn('ada');
      const set = withPassword(ANOTHER, 'user', 'set-password', 'ada@example.org');
      await expectDone(set, /^Set the password of ada@example\.org; all its sessions are ended\.\n$/);
      expect(await isSignedIn(visitor)).toBe(false);
      expect((await server.visitor().signIn('ada', PASSWORD)).status).toBe(422);
      expect((await server.visitor().signIn('ada', ANOTHER)).status).toBe(303);
      await withPassword(PASSWORD, 'user', 'set-password', 'ada');
    });

    it('changes nothing where the new one is refused', async () => {
      const visitor = await server.signedIn('ada');
      await expectRefused(
        withPassword('passwordpassword', 'user', 'set-password', 'ada'),
        /^That is one of the first/,
      );
      expect(await isSignedIn(visitor)).toBe(true);
    });
  });

  describe('sessions list and revoke', () => {
    it('show who is signed in, and end one session or all', async () => {
      await gatehouse('sessions', 'revoke', 'ada');
      const visitors = [
        await server.signedIn('ada'),
        await server.signedIn('ada'),
        await server.signedIn('ada'),
      ];
      const { stdout } = await gatehouse('sessions', 'list', 'ada', '--json');
      const rows = JSON.parse(stdout) as { session: string; address: string }[];
      expect(rows).toHaveLength(3);
      expect(rows[0]).toMatchObject({ username: 'Ada', address: '127.0.0.1' });
      const { session } = JSON.parse((await visitors[0]!.get('/session')).body) as {
        session: { publicId: string };
      };
      await expectDone(
        gatehouse('sessions', 'revoke', 'ada', session.publicId),
        /^Ended session [\w-]+ of ada\.\n$/,
      );
      expect(await Promise.all(visitors.map(isSignedIn))).toEqual([false, true, true]);
      await expectRefused(gatehouse('sessions', 'revoke', 'ada', session.publicId), /^ada has no session "/);
      await expectDone(gatehouse('sessions', 'revoke', 'ada'), /^Ended 2 sessions of ada\.\n$/);
      expect(await Promise.all(visitors.map(isSignedIn))).toEqual([false, false, false]);
      await expectDone(gatehouse('sessions', 'list'), /^$/);
    });
  });

  describe('backup', () => {
    it('is a whole database that nobody else can read', async () => {
      const file = join(folder.path, 'backup.sqlite');
      expect(await gatehouse('backup', file)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(
          `^Copied the database to ${file}\\.\nThe copy needs the data key [a-z2-9]{8} of ".+data-key", which is not in it\\. Keep that file elsewhere\\.\n$`,
        ),
        stderr: '',
      });
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const copy = new DataSource({ type: 'sqlite', database: file });
      await copy.initialize();
      expect(await copy.query('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
      expect(await copy.query('SELECT username FROM users')).toEqual([{ username: 'Ada' }]);
      await copy.destroy();
    });

    it('writes over nothing', async () => {
      await expectRefused(
        gatehouse('backup', join(folder.data, 'gatehouse.sqlite')),
        /is there already\. Name a file that is not\.\n$/,
      );
    });

    it('says that it cannot write', async () => {
      const file = join(folder.path, 'nowhere', 'backup.sqlite');
      await expectRefused(gatehouse('backup', file), /\S/);
      expect(existsSync(file)).toBe(false);
    });
  });

  it('migrate says that there is nothing to do', () =>
    expectDone(gatehouse('migrate'), /^The schema is up to date\.\n$/));

  it('user delete ends the sessions and the account', async () => {
    const visitor = await server.signedIn('ada');
    await expectDone(gatehouse('user', 'delete', 'ada'), /^Deleted ada\.\n$/);
    expect(await isSignedIn(visitor)).toBe(false);
    await expectRefused(
      gatehouse('user', 'delete', 'ada'),
      /^Nobody has the username or e-mail address "ada"\.\n$/,
    );
  });

  it('tells misuse from refusal by its exit status', async () => {
    await Promise.all([
      expectRefused(gatehouse('user', 'bless', 'ada'), /unknown command/, 2),
      expectRefused(
        gatehouse('user', 'create', 'ada', '--role', 'king'),
        /Allowed choices are user, admin/,
        2,
      ),
      expectRefused(gatehouse('user', 'disable'), /missing required argument 'name'/, 2),
      expectRefused(
        folder.command(['user', 'list'], '', { SESSION_IDLE: 'soon' }),
        /^SESSION_IDLE takes .+\n$/,
      ),
      expectDone(gatehouse('--help'), /Usage: gatehouse/),
    ]);
  });
});
