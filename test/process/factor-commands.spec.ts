import { join } from 'node:path';
import { bytesOfBase32 } from '../../src/crypto/base32.js';
import { codeOf, periodAt } from '../../src/crypto/one-time-code.js';
import { answerStep, fieldOf, secretOn } from '../support/second-factor.js';
import { PASSWORD } from '../support/password.js';
import { Folder, ServerProcess } from './server-process.js';
import { changed } from './sqlite-installation.js';

describe('commands about second factors, beside a running server', () => {
  const folder = new Folder();
  let server: ServerProcess;
  beforeAll(async () => (server = await ServerProcess.start(folder)));
  afterAll(async () => {
    await server.kill('SIGTERM');
    folder.remove();
  });

  it('show what there is without a secret, and remove it at once with --now, with a code where nothing can be mailed', async () => {
    expect(await folder.command(['user', 'create', 'ada', '--password-stdin'], PASSWORD)).toMatchObject({
      code: 0,
    });
    const none = await folder.command(['user', 'reset-factors', 'ada']);
    expect([none.code, none.stderr]).toEqual([1, 'ada has no second factor.\n']);
    const ada = await server.signedIn('ada');
    const page = await ada.get('/account/security/authenticator');
    const secret = secretOn(page);
    const code = codeOf(bytesOfBase32(secret), periodAt(Date.now()));
    const added = await ada.postForm('/account/security/authenticator', {
      pending: fieldOf(page, 'pending'),
      code,
    });
    expect(added.status).toBe(303);
    const shown = await folder.command(['user', 'show', 'ada']);
    expect(shown.stdout).toMatch(/authenticator app: yes, added 20.+\n {2}recovery codes left: 0\n$/);
    expect(shown.stdout).not.toContain(secret);
    const later = await folder.command(['user', 'reset-factors', 'ada']);
    expect(later.stdout).toMatch(
      /^The second factors of ada will be removed on 20.+ No mail tells the owner, .+\nada has no confirmed address/,
    );
    expect(later.stdout).not.toContain('The owner is told');
    const again = await folder.command(['user', 'reset-factors', 'ada']);
    expect([again.code, again.stderr]).toEqual([
      1,
      expect.stringMatching(/With --now they are, at once\.\n$/),
    ]);
    const now = await folder.command(['user', 'reset-factors', 'ada', '--now']);
    expect(now.stdout).toMatch(
      /^Removed the second factors of ada; .+\nada has no confirmed address.+: [0-9a-z-]{31}\n$/,
    );
    const left = await folder.command(['user', 'show', 'ada']);
    expect(left.stdout).toContain('\n  second factor: reset, and a new one not added yet\n');
    expect((await ada.get('/session')).status).toBe(401);
    const signedIn = await server.visitor().signIn('ada', PASSWORD);
    expect(signedIn.location).toMatch(/^\/login\/second-step/);
  });

  it('hand a code over that a factor can be added with, also for a confirmed address, where no mail goes out', async () => {
    await folder.command(
      ['user', 'create', 'eve', '--email', 'eve@example.org', '--password-stdin'],
      PASSWORD,
    );
    const confirm = "UPDATE users SET email_confirmed_at = 1 WHERE username_key = 'eve'";
    await changed(join(folder.data, 'gatehouse.sqlite'), confirm);
    const eve = await server.signedIn('eve');
    const page = await eve.get('/account/security/authenticator');
    const code = codeOf(bytesOfBase32(secretOn(page)), periodAt(Date.now()));
    await eve.postForm('/account/security/authenticator', { pending: fieldOf(page, 'pending'), code });
    const { stdout } = await folder.command(['user', 'reset-factors', 'eve', '--now']);
    expect(stdout).toMatch(
      /\nNo mail goes out here: SMTP_URL is not set\. Hand over this code, .+: [0-9a-z-]{31}\n$/,
    );
    const reset_code = stdout.trim().split(' ').at(-1) ?? '';
    const visitor = server.visitor();
    const step = (await visitor.signIn('eve', PASSWORD)).location ?? '';
    expect((await answerStep(visitor, step, { reset_code })).location).toBe(step);
    expect((await visitor.get(step)).body).toContain('Add a second factor');
  });

  it('say that a password is switched off, and of somebody disabled that the delay of a reset begins with "user enable"', async () => {
    const file = join(folder.data, 'gatehouse.sqlite');
    const off = 'UPDATE users SET password_hash = NULL, disabled_at = 1, factor_reset_at = 1';
    await changed(file, `${off} WHERE username_key = 'eve'`);
    const { stdout } = await folder.command(['user', 'show', 'eve']);
    expect(stdout).toContain('\n  password: none, it was switched off\n');
    expect(stdout).toContain('\n  reset of the second factors: its delay begins anew with "user enable"\n');
  });
});

describe('commands where a second factor is asked of people who have none', () => {
  const folder = new Folder();
  afterAll(() => folder.remove());
  const said = async (command: string, policy: string) => {
    const environment = { SECOND_FACTOR: policy, PUBLIC_URL: 'https://login.example.com' };
    const { code, stdout } = await folder.command(command.split(' '), PASSWORD, environment);
    expect([command, code]).toEqual([command, 0]);
    return stdout.split('\n').filter(line => line !== '' && !line.startsWith('Made a new'));
  };
  const create = (name: string, role: string) => `user create ${name} --role ${role} --password-stdin`;
  const ofAdmins = (name: string) =>
    `${name} has no second factor, which administrators need (SECOND_FACTOR): until they add one, at ` +
    'https://login.example.com/account/security, they can do what users can.';
  const ofEverybody = (name: string) =>
    `${name} has no second factor, which everybody needs (SECOND_FACTOR): they add one as they sign in, and nothing is ` +
    'open to them before.';

  it('say so of an account that they make', async () => {
    expect(await said(create('root', 'admin'), 'admins')).toEqual(['Created root.', ofAdmins('root')]);
    expect(await said(create('ben', 'user'), 'admins')).toEqual(['Created ben.']);
    expect(await said(create('cleo', 'user'), 'everybody')).toEqual(['Created cleo.', ofEverybody('cleo')]);
    expect(await said(create('other', 'admin'), 'optional')).toEqual(['Created other.']);
  });

  it('say so of a role that sleeps', async () => {
    const now = (role: string) => `ben is ${role} now; all its sessions are ended.`;
    expect(await said('user role ben admin', 'admins')).toEqual([now('an administrator'), ofAdmins('ben')]);
    expect(await said('user role ben user', 'admins')).toEqual([now('a user')]);
    expect(await said('user role ben user', 'everybody')).toEqual([now('a user'), ofEverybody('ben')]);
    expect(await said('user role ben admin', 'optional')).toEqual([now('an administrator')]);
  });

  it('explain that who must have one and has none does not enter', async () => {
    await said('app add wiki --everybody --origin https://wiki.example.org', 'everybody');
    const explain = 'explain https://wiki.example.org/ --as ben';
    const why = 'everybody may who is in a group, or nobody can register.';
    expect((await said(explain, 'everybody'))[1]).toBe(
      'ben may not enter yet: everybody needs a second factor (SECOND_FACTOR), which they add as they sign in. Then they ' +
        `may: ${why}`,
    );
    expect((await said(explain, 'admins'))[1]).toBe(`ben may enter: ${why}`);
  });
});
