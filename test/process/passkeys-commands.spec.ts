import { join } from 'node:path';
import { addPasskey, SoftwareAuthenticator } from '../support/software-authenticator.js';
import { PASSWORD } from '../support/password.js';
import { Folder, ServerProcess } from './server-process.js';
import { changed } from './sqlite-installation.js';

describe('commands about passkeys, beside a running server', () => {
  const folder = new Folder();
  let server: ServerProcess;
  beforeAll(async () => (server = await ServerProcess.start(folder)));
  afterAll(async () => {
    await server.kill('SIGTERM');
    folder.remove();
  });

  it('list what somebody has, without secrets, and after a move to another host who must add one anew', async () => {
    const made = await folder.command(['user', 'create', 'ada', '--password-stdin'], PASSWORD);
    expect(made.code).toBe(0);
    const none = await folder.command(['passkeys', 'list', 'ada', '--json']);
    expect([none.code, JSON.parse(none.stdout)]).toEqual([0, []]);
    const key = new SoftwareAuthenticator();
    const added = await addPasskey(await server.signedIn('ada'), key);
    expect(added.location).toBe('/account/security/recovery-codes');

    const listed = await folder.command(['passkeys', 'list', 'ada', '--json']);
    expect(JSON.parse(listed.stdout)).toEqual([
      {
        passkey: expect.any(String),
        kind: expect.stringMatching(/^(synced|this device only)$/),
        state: 'works',
        added: expect.stringMatching(/^20.+Z$/),
        'last used': expect.any(String),
      },
    ]);
    const here = await folder.command(['passkeys', 'moved', '--json']);
    expect([here.code, JSON.parse(here.stdout)]).toEqual([0, []]);

    const elsewhere = { PUBLIC_URL: 'https://login.example.org' };
    const moved = await folder.command(['passkeys', 'moved', '--json'], '', elsewhere);
    expect(JSON.parse(moved.stdout)).toEqual([{ username: 'ada', email: '', passkeys: '1' }]);
    const shown = await folder.command(['passkeys', 'list', 'ada'], '', elsewhere);
    expect(shown.stdout).toContain('made for localhost');
  });

  it('write to who can be reached: at a confirmed address, and who may sign in', async () => {
    const file = join(folder.data, 'gatehouse.sqlite');
    for (const name of ['typed', 'away', 'here']) {
      const create = ['user', 'create', name, '--email', `${name}@example.org`, '--password-stdin'];
      expect(await folder.command(create, PASSWORD)).toMatchObject({ code: 0 });
      await addPasskey(await server.signedIn(name), new SoftwareAuthenticator());
    }
    const confirm = "UPDATE users SET email_confirmed_at = created_at WHERE username IN ('away', 'here')";
    await changed(file, confirm);
    expect(await folder.command(['user', 'disable', 'away'])).toMatchObject({ code: 0 });

    const vars = { PUBLIC_URL: 'https://login.example.org', SMTP_URL: 'outbox' };
    const { code, stdout, stderr } = await folder.command(
      ['passkeys', 'moved', '--json', '--mail'],
      '',
      vars,
    );
    const people = JSON.parse(stdout) as { username: string }[];
    expect([code, people.map(({ username }) => username).sort()]).toEqual([
      0,
      ['ada', 'away', 'here', 'typed'],
    ]);
    expect(stderr).toBe(
      'Wrote to 1 of 4: to people who may sign in, at addresses that they have confirmed. The server sends what waits.\n',
    );
    expect(await changed(file, 'SELECT id FROM mails')).toHaveLength(1);
  });

  it('say in a sentence where there is nobody of that name', async () => {
    const { code, stderr } = await folder.command(['passkeys', 'list', 'nobody']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('nobody')]);
  });
});
