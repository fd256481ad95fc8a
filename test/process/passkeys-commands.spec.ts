import { addPasskey, SoftwareAuthenticator } from '../support/software-authenticator.js';
import { PASSWORD } from '../support/password.js';
import { Folder, ServerProcess } from './server-process.js';

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

  it('say in a sentence where there is nobody of that name', async () => {
    const { code, stderr } = await folder.command(['passkeys', 'list', 'nobody']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('nobody')]);
  });
});
