import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Visitor } from '../support/visitor.js';
import { Folder, ServerProcess } from './server-process.js';
import { changed } from './sqlite-installation.js';

describe('what somebody has of applications, on the command line', () => {
  const folder = new Folder();
  let server: ServerProcess;
  let ada: Visitor;
  let signIn: string;
  beforeAll(async () => {
    await folder.addPerson('ada');
    for (const name of ['wiki', 'cal'])
      await folder.command(
        `app add ${name} --everybody --including-registered --tokens --origin https://${name}.example.com`.split(
          ' ',
        ),
      );
    server = await ServerProcess.start(folder);
    ada = await server.signedIn('ada');
    const { body } = await ada.get('/session');
    signIn = (JSON.parse(body) as { session: { publicId: string } }).session.publicId;
  });
  afterAll(async () => {
    await server.kill('SIGTERM');
    folder.remove();
  });

  const run = (command: string) => folder.command(command.split(' '));
  const rowsOf = async (command: string) => {
    const { code, stdout, stderr } = await run(command);
    expect([command, code, stderr]).toEqual([command, 0, '']);
    return JSON.parse(stdout) as Record<string, string>[];
  };
  const expectDone = async (command: string, stdout: RegExp) => {
    const done = await run(command);
    expect([command, done.code, done.code === 0 ? '' : done.stderr]).toEqual([command, 0, '']);
    expect(done.stdout).toMatch(stdout);
    return done.stderr;
  };
  const expectRefused = async (command: string, line: RegExp) => {
    const { code, stdout, stderr } = await run(command);
    expect([command, code, stdout]).toEqual([command, 1, '']);
    expect(stderr).toMatch(line);
  };
  /** Sessions there, as a ticket begins them. */
  const open = async (...names: readonly string[]) => {
    const file = join(folder.data, 'gatehouse.sqlite');
    for (const name of names)
      await changed(file, 'INSERT INTO application_sessions VALUES (?, ?, ?, ?, ?)', [
        createHash('sha256').update(randomBytes(32)).digest('base64url'),
        ...[signIn, `https://${name}.example.com`, Date.now(), Date.now()],
      ]);
  };
  const makeToken = async (name: string) => {
    const made = await ada.postForm('/account/tokens', { application: 'cal', name, days: '30' });
    return /gth_[\w-]+/.exec(made.body)?.[0] ?? `${made.status}`;
  };

  it('is listed beside sessions, and ended one by one', async () => {
    await open('wiki', 'cal');
    const [row] = await rowsOf('sessions list ada --json');
    expect(row).toMatchObject({ username: 'ada', session: signIn });
    expect(row?.['applications']?.split(', ').sort()).toEqual(['cal', 'wiki']);
    await expectRefused('sessions revoke ada --app nothing', /^ada has not opened "nothing" there\.\n$/);
    await expectRefused('sessions revoke --all --app wiki', /^Name somebody beside --app\./);
    const log = await expectDone(
      `sessions revoke ada ${signIn} --app wiki`,
      /^Ended wiki for ada, opened from one session\.\n$/,
    );
    expect(log).toMatch(/"event":"application_left".+"application":"wiki"/);
    expect((await rowsOf('sessions list ada --json'))[0]).toMatchObject({ applications: 'cal' });
    expect((await ada.get('/session')).status).toBe(200);
  });

  it('has tokens, which are listed without what lets in, and ended by their id or all', async () => {
    const tokens = [await makeToken('Phone'), await makeToken('Tablet'), await makeToken('Desk')];
    const rows = await rowsOf('tokens list ada --json');
    expect(rows.map(({ name, application, may }) => [name, application, may])).toEqual(
      expect.arrayContaining([['Phone', 'cal', 'all']]),
    );
    for (const token of tokens) expect(JSON.stringify(rows)).not.toContain(token.slice(4));
    const id = rows.find(({ name }) => name === 'Phone')?.['token'] ?? '';
    const log = await expectDone(
      `tokens revoke ada ${id}`,
      new RegExp(`^Ended access token ${id} of ada\\.\n$`),
    );
    expect(log).toMatch(/"event":"token_ended".+"application":"cal"/);
    await expectRefused(`tokens revoke ada ${id}`, /^ada has no access token "/);
    await expectRefused('tokens revoke', /^Name somebody, or say --all for everybody: one of the two\.\n$/);
    await expectDone(
      'sessions revoke --all',
      /There are 2 access tokens, which let programs in all the same\./,
    );
    await expectDone('tokens list', /Tablet/);
    await expectDone('tokens revoke --all', /^Ended 2 access tokens\.\n$/);
    await expectDone('tokens list', /^$/);
  });

  it('ends with their sessions, but for tokens, which is said', async () => {
    ada = await server.signedIn('ada');
    const { body } = await ada.get('/session');
    signIn = (JSON.parse(body) as { session: { publicId: string } }).session.publicId;
    await open('wiki');
    await makeToken('Phone');
    await expectDone(
      'sessions revoke ada',
      /^Ended 1 session of ada\.\nada has 1 access token, which lets programs in all the same\. "tokens revoke ada" ends all of them\.\n$/,
    );
    expect(await rowsOf('sessions list ada --json')).toEqual([]);
    await expectDone('tokens revoke ada', /^Ended 1 access token of ada\.\n$/);
  });
});

describe('what somebody in no group has of an application for everybody, where nobody may register', () => {
  const folder = new Folder();
  let server: ServerProcess;
  let id: string;
  const run = (command: string, environment: Record<string, string> = {}) =>
    folder.command(command.split(' '), '', { NODE_ENV: '', ...environment });
  const done = async (command: string, environment: Record<string, string> = {}) => {
    const { code, stderr } = await run(command, environment);
    expect([command, code, code === 0 ? '' : stderr]).toEqual([command, 0, '']);
  };
  const tokens = async () =>
    changed(join(folder.data, 'gatehouse.sqlite'), 'SELECT id FROM access_tokens ORDER BY id');
  beforeAll(async () => {
    await folder.addPerson('ada');
    await done('app add tools --everybody --tokens --origin https://tools.example.com');
    await done('group add staff');
    server = await ServerProcess.start(folder, { REGISTRATION: 'closed' });
    const ada = await server.signedIn('ada');
    await ada.postForm('/account/tokens', { application: 'tools', name: 'Phone', days: '30' });
    const [row] = await tokens();
    id = (row as { id: string }).id;
  });
  afterAll(async () => {
    await server.kill('SIGTERM');
    folder.remove();
  });

  it.each([
    ['its label is changed', ['app change tools --label Tools']],
    ['they join a group and leave it', ['user groups ada +staff', 'user groups ada -staff']],
  ])('is not taken by a command that knows nothing of that: %s', async (_, commands) => {
    for (const command of commands) await done(command);
    expect(await tokens()).toEqual([{ id }]);
  });

  it('is taken by one that is told that everybody may register', async () => {
    await done('app change tools --label Workshop', { REGISTRATION: 'open' });
    expect(await tokens()).toEqual([]);
  });
});
