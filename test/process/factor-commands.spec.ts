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
});
