import { localOrigin } from '../src/audit/security-event.js';
import { seconds } from '../src/kernel/durations.js';
import { OperatorResets } from '../src/recovery/operator-resets.js';
import { opened } from './support/mailed-link.js';
import { mailsOf, mailTo } from './support/outbox.js';
import { enrol, makeCodes } from './support/second-factor.js';
import { addPasskey, signInByPasskey, SoftwareAuthenticator } from './support/software-authenticator.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const MAIL = 'ada@example.org';
const NEW = 'seven calm otters drift';
const PAGE = '/account/password';
const NONE = 'You have no password';
const CHOSEN = { password: NEW, password_again: NEW };

let test: TestApp;
let ada: Visitor;

/** Ada with a passkey, an app and recovery codes, whose password is off. */
const start = async (environment: Record<string, string> = {}, email: string | null = MAIL) => {
  test = await TestApp.start(environment);
  await test.person('ada', 'user', email);
  ada = await test.signedIn();
  await enrol(test, ada);
  await makeCodes(ada);
  expect((await addPasskey(ada, new SoftwareAuthenticator())).status).toBe(303);
  await test.sql('UPDATE users SET password_hash = NULL');
};
afterEach(() => test.close());

describe('somebody whose password is off, and who is signed in by a passkey', () => {
  it('after an operator asked for a new one, has it set by a link that the page mails', async () => {
    await start();
    const key = new SoftwareAuthenticator();
    await addPasskey(ada, key);
    const [{ id } = { id: '' }] = await test.sql<{ id: string }>('SELECT id FROM users WHERE NOT demo');
    await test.get(OperatorResets).requireNew(id, localOrigin('test'));
    const visitor = test.visitor();
    expect((await signInByPasskey(visitor, key)).location).toBe('/welcome');
    const page = await visitor.get(PAGE);
    expect(page.body).toContain(NONE);
    expect(page.body).toContain(`action="${PAGE}/link"`);
    expect(page.body).not.toContain('type="password"');
    const sent = await visitor.postForm(`${PAGE}/link`);
    expect([sent.status, sent.location]).toEqual([303, PAGE]);
    expect((await visitor.get(PAGE)).body).toContain(`The link goes to ${MAIL}.`);
    const link = await opened(test, (await mailTo(test, MAIL, /Set a new password/)).link);
    expect((await link.post('/reset', CHOSEN)).location).toBe('/login?done=reset');
    expect((await test.visitor().signIn('ada', NEW)).location).toMatch(/^\/login\/second-step/);
  });

  it('is told so where the form of a page of before comes, and no guess is counted', async () => {
    await start();
    const answer = await ada.postForm(PAGE, { current_password: PASSWORD, ...CHOSEN });
    expect([answer.status, answer.body.includes(NONE)]).toEqual([422, true]);
    expect(answer.body).not.toContain('That is not your password.');
    expect(test.log.events('authn_login_fail')).toEqual([]);
  });

  it('is not told that recovery codes or an app help, which go beside a password', async () => {
    await start();
    const { body } = await ada.get('/account/security');
    expect(body).toContain('You have no password: set one, so that you have a second way in.');
    expect(body).toContain('If you lose your passkey, nothing is left to sign in with');
    expect(body).not.toMatch(/recovery codes\.<|or another factor/);
    expect(body).toContain('Set a password');
    await addPasskey(ada, new SoftwareAuthenticator());
    expect((await ada.get('/account/security')).body).toContain('If you lose your passkey: another passkey.');
  });

  it('is told whom to ask where no mail goes out', async () => {
    await start({ NODE_ENV: 'production', SECOND_FACTOR: 'optional' });
    const { body } = await ada.get(PAGE);
    expect(body).toContain('Ask the people who run this site');
    expect(body).not.toContain(`${PAGE}/link`);
    expect((await ada.postForm(`${PAGE}/link`)).status).toBe(404);
  });

  it('adds an address first where there is none', async () => {
    await start({}, null);
    const { body } = await ada.get(PAGE);
    expect(body).toContain('href="/account/email"');
    expect(body).not.toContain(`${PAGE}/link`);
    await ada.postForm(`${PAGE}/link`);
    expect((await ada.get(PAGE)).body).toContain('There was nothing to do.');
  });

  it('asks for few links', async () => {
    await start();
    for (let n = 0; n < 3; n++) {
      expect((await ada.postForm(`${PAGE}/link`)).status).toBe(303);
      test.clock.pass(seconds(6));
    }
    const fourth = await ada.postForm(`${PAGE}/link`);
    expect([fourth.status, fourth.body.includes('Too many mails')]).toEqual([429, true]);
  });
});

describe('/account/password/link', () => {
  it('sends nothing to somebody who has a password', async () => {
    test = await TestApp.start();
    await test.person('ada', 'user', MAIL);
    ada = await test.signedIn();
    expect((await ada.postForm(`${PAGE}/link`)).location).toBe(PAGE);
    expect((await ada.get(PAGE)).body).toContain('There was nothing to do.');
    expect(await mailsOf(test)).toEqual([]);
  });
});
