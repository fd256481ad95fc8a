import { rmSync } from 'node:fs';
import { localOrigin } from '../src/audit/security-event.js';
import { hours } from '../src/kernel/durations.js';
import { OperatorResets } from '../src/recovery/operator-resets.js';
import { MailWorker } from '../src/mail/mail-worker.js';
import { opened } from './support/mailed-link.js';
import { mailTo, mailsOf } from './support/outbox.js';
import { addPasskey, signInByPasskey, SoftwareAuthenticator } from './support/software-authenticator.js';
import { PASSWORD, TestApp } from './support/test-app.js';

const MAIL = 'ada@example.org';
const NEW = 'seven calm otters drift';
const SUBJECT = /^Too many wrong passwords/;

describe('a password that was wrong a hundred times in a row', () => {
  let test: TestApp;
  let id: string;
  let senders = 0;
  beforeEach(async () => {
    test = await TestApp.start({ TRUST_PROXY: 'loopback' });
    id = await test.person('ada', 'user', MAIL);
  });
  afterEach(() => test.close());

  /** From an address that nobody has come from. */
  const from = () => {
    senders += 1;
    return { 'x-forwarded-for': `2001:db8:${senders.toString(16)}::1` };
  };
  const signIn = (password: string, username = 'ada', visitor = test.visitor()) =>
    visitor.insist('/login', { username, password }, from());
  /** As slowly as the other budgets let anybody. */
  const fail = async (times: number, username = 'ada') => {
    for (let turn = 0; turn < times; turn++) {
      test.clock.pass(hours(1));
      expect((await signIn('wrong', username)).status).toBe(422);
    }
    test.clock.pass(hours(1));
  };
  const told = async () => {
    await test.get(MailWorker).run();
    return (await mailsOf(test)).filter(({ subject }) => SUBJECT.test(subject));
  };
  /** A browser that ada has signed in from before. */
  const knownBrowser = async () => {
    const browser = await test.signedIn();
    await browser.postForm('/logout');
    return browser;
  };

  it('still works after ninety-nine, and they are forgotten then', async () => {
    await fail(99);
    expect((await signIn(PASSWORD)).status).toBe(303);
    await fail(99);
    expect((await signIn(PASSWORD)).status).toBe(303);
    expect(await told()).toEqual([]);
  });

  it('rests for unknown devices, for good, with the answer of a wrong one', async () => {
    await fail(100);
    const [right, wrong] = [await signIn(PASSWORD), await signIn('wrong')];
    expect([right.status, wrong.status]).toEqual([422, 422]);
    const page = (body: string) => body.replaceAll(/(nonce|name="_csrf" value)="[^"]+"/g, '');
    expect(page(right.body)).toBe(page(wrong.body));
    test.clock.pass(hours(24 * 400));
    expect((await signIn(PASSWORD)).status).toBe(422);
    expect((await signIn(PASSWORD, MAIL)).status).toBe(422);
  });

  it('tells its owner once, with a link that wakes it', async () => {
    await fail(100);
    for (let turn = 0; turn < 5; turn++) await signIn('wrong');
    expect(await told()).toHaveLength(1);
    expect(test.log.events('authn_login_lock')).toEqual([
      expect.objectContaining({ userId: id, outcome: 'refused' }),
    ]);
    const { link } = await mailTo(test, MAIL, SUBJECT);
    expect((await (await opened(test, link)).post('/reset', { password: NEW })).status).toBe(303);
    expect((await signIn(NEW)).status).toBe(303);
  });

  it('is told of to nobody whose password is off, and a new one works everywhere', async () => {
    await test.get(OperatorResets).requireNew(id, localOrigin('command line, root'));
    await fail(100);
    expect(test.log.events('authn_login_lock')).toHaveLength(1);
    expect(await told()).toEqual([]);
    await test.visitor().post('/forgot', { email: MAIL });
    const { link } = await mailTo(test, MAIL, /^Set a new password/);
    expect((await (await opened(test, link)).post('/reset', { password: NEW })).status).toBe(303);
    expect((await signIn(NEW)).status).toBe(303);
  });

  it('tells once where the hundredth is one of many at the same moment', async () => {
    await fail(99);
    const answers = await Promise.all(Array.from({ length: 20 }, () => signIn('wrong')));
    expect(answers.every(({ status }) => status === 422)).toBe(true);
    expect(test.log.events('authn_login_lock')).toHaveLength(1);
    expect(await told()).toHaveLength(1);
  });

  it('never rests for a known device, whose sign-in wakes it', async () => {
    const known = await knownBrowser();
    await fail(120);
    expect((await signIn(PASSWORD)).status).toBe(422);
    expect((await signIn('wrong', 'ada', known)).status).toBe(422);
    expect((await signIn(PASSWORD)).status).toBe(422);
    expect((await signIn(PASSWORD, 'ada', known)).status).toBe(303);
    expect((await signIn(PASSWORD)).status).toBe(303);
  });

  it('is woken by a passkey in a known device, and by none elsewhere', async () => {
    const key = new SoftwareAuthenticator();
    const known = await test.signedIn();
    await addPasskey(known, key);
    await known.postForm('/logout');
    await fail(100);
    const elsewhere = test.visitor();
    expect((await signInByPasskey(elsewhere, key)).status).toBe(303);
    const said = async () => (await elsewhere.get('/account/security')).body;
    expect(await said()).toContain('After 100 wrong passwords in a row');
    expect((await signIn(PASSWORD)).status).toBe(422);
    expect((await signInByPasskey(known, key)).status).toBe(303);
    expect(await said()).not.toContain('After 100 wrong');
    // A passkey is a factor from now on: the password opens its second step.
    expect((await signIn(PASSWORD)).location).toMatch(/^\/login\/second-step/);
  });

  it('can be asked a new one for at /forgot, however often strangers did', async () => {
    await fail(100);
    for (let turn = 0; turn < 6; turn++) await test.visitor().post('/forgot', { email: MAIL }, from());
    test.clock.pass(hours(1));
    const answer = await test.visitor().post('/forgot', { email: MAIL }, from());
    expect(answer.status).toBe(303);
  });

  it('rests on when the session secret is changed', async () => {
    await test.close();
    const [old, next] = [
      'the secret of before that nobody else knows',
      'the secret of now that nobody else knows',
    ];
    test = await TestApp.start({ TRUST_PROXY: 'loopback', SESSION_SECRET: old });
    id = await test.person('ada', 'user', MAIL);
    const first = test;
    const restart = async (SESSION_SECRET: string) => {
      await test.app.close();
      const { clock } = test;
      test = await TestApp.start({ TRUST_PROXY: 'loopback', DATA_DIR: first.dataDir, SESSION_SECRET });
      test.clock.pass(clock.now() - test.clock.now());
    };
    await fail(100);
    for (const secrets of [`${next},${old}`, next]) {
      await restart(secrets);
      expect((await signIn(PASSWORD)).status).toBe(422);
    }
    expect(test.log.events('authn_login_fail_max')).toEqual([
      expect.objectContaining({ userId: id, reason: 'account' }),
    ]);
    rmSync(first.dataDir, { recursive: true, force: true });
  });

  it('is woken by an operator who requires a new one, through the link', async () => {
    await fail(100);
    await test.get(OperatorResets).requireNew(id, localOrigin('command line, root'));
    const { link } = await mailTo(test, MAIL, /needs a new password$/);
    expect((await (await opened(test, link)).post('/reset', { password: NEW })).status).toBe(303);
    expect((await signIn(NEW)).status).toBe(303);
  });

  it('is counted under a name that nobody has as well, and tells nobody', async () => {
    await fail(100, 'nobody');
    const [known, unknown] = [await signIn('wrong', 'ada'), await signIn('wrong', 'nobody')];
    expect([known.status, unknown.status]).toEqual([422, 422]);
    expect(test.log.events('authn_login_lock')).toEqual([expect.objectContaining({ userId: null })]);
    expect(await told()).toEqual([]);
  });

  it('does not come to rest by attempts that are not verified', async () => {
    // All at one moment: the account's own budget lets twenty of them be looked at.
    for (let turn = 0; turn < 150; turn++) await signIn('wrong');
    test.clock.pass(hours(1));
    expect((await signIn(PASSWORD)).status).toBe(303);
  });
});
