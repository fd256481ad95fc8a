import { hours } from '../../src/kernel/durations.js';
import { AttemptStore } from '../../src/throttle/attempt-store.js';
import { codeCountOf, passwordCountOf } from '../../src/throttle/lasting-counts.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { Folder } from './server-process.js';

const NEW = 'seven calm otters drift';

describe('a password that rests after a hundred failures', () => {
  let folder: Folder;
  let test: TestApp;
  let id: string;
  let senders = 0;
  beforeEach(async () => {
    folder = new Folder();
    test = await TestApp.start({ DATA_DIR: folder.data, TRUST_PROXY: 'loopback' });
    id = await test.person();
  });
  afterEach(async () => {
    await test.close();
    folder.remove();
  });

  /** From an address and a device that nobody has come from. */
  const signIn = (password: string) => {
    senders += 1;
    const from = { 'x-forwarded-for': `2001:db8:${senders.toString(16)}::1` };
    return test.visitor().insist('/login', { username: 'ada', password }, from);
  };
  const rest = async () => {
    for (let turn = 0; turn < 100; turn++) {
      test.clock.pass(hours(1));
      await signIn('wrong');
    }
    test.clock.pass(hours(1));
    expect((await signIn(PASSWORD)).status).toBe(422);
  };

  it('is woken by "user enable", which leaves sessions of an account that is enabled alone', async () => {
    const ada = await test.signedIn('ada', { remember: 'on' });
    await rest();
    expect(await folder.command(['user', 'enable', 'ada'])).toMatchObject({
      code: 0,
      stdout:
        'ada is enabled already, and its sessions go on; where its password or codes rested, they work everywhere again.\n',
    });
    expect((await ada.get('/welcome')).status).toBe(200);
    expect((await signIn(PASSWORD)).status).toBe(303);
    expect(await test.sql("SELECT outcome, facts FROM audit_events WHERE event = 'user_enabled'")).toEqual([
      { outcome: 'success', facts: JSON.stringify({ was: 'enabled' }) },
    ]);
  });

  it('is woken by "user enable" of an account that was disabled', async () => {
    await rest();
    expect(await folder.command(['user', 'disable', 'ada'])).toMatchObject({ code: 0 });
    expect(await folder.command(['user', 'enable', 'ada'])).toMatchObject({
      code: 0,
      stdout: 'Enabled ada.\n',
    });
    expect((await signIn(PASSWORD)).status).toBe(303);
  });

  it('is told by "user show", and so are codes that rest, which "user enable" wakes as well', async () => {
    const said = async () => (await folder.command(['user', 'show', 'ada'])).stdout;
    expect(await said()).not.toContain('rest');
    const counts = [passwordCountOf(id), codeCountOf(id)];
    for (let turn = 0; turn < 100; turn++) await test.get(AttemptStore).count(counts, test.clock.now());
    expect(await said()).toContain('\n  password: rests after 100 failures in a row');
    expect(await said()).toContain('\n  codes of the second step: rest after 100 failures in a row');
    await folder.command(['user', 'enable', 'ada']);
    expect(await said()).not.toContain('rest');
  });

  it('is woken by "user set-password"', async () => {
    await rest();
    const set = await folder.command(['user', 'set-password', 'ada', '--password-stdin'], `${NEW}\n`);
    expect(set).toMatchObject({ code: 0 });
    expect((await signIn(NEW)).status).toBe(303);
  });
});
