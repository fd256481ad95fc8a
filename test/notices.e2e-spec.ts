import { opened } from './support/mailed-link.js';
import { mailsOf, mailTo, type ReadMail } from './support/outbox.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const MAIL = 'ada@example.org';
const NEW = 'seven calm otters drift';
const WHEN = 'When: 23 November 2026, 12:00 (Coordinated Universal Time, UTC+00:00)';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';

let test: TestApp;
let adaId: string;
beforeEach(async () => {
  test = await TestApp.start({ TRUST_PROXY: 'loopback' });
  adaId = await test.person('ada', 'user', MAIL);
});
afterEach(() => test.close());

/** A browser that says what it is and where it comes from. */
const from = (ip: string) => ({ 'user-agent': FIREFOX, 'x-forwarded-for': ip });

/** Signs in from one. */
function arrive(visitor: Visitor, password = PASSWORD) {
  return visitor.post('/login', { username: 'ada', password }, from('203.0.113.9'));
}

const newDevice = async (): Promise<ReadMail[]> =>
  (await mailsOf(test)).filter(mail => mail.subject === 'New sign-in to your Gatehouse account');

function expectFacts(
  { to, text, link }: ReadMail,
  { device = 'Firefox on Linux', from = '203.0.113.9' } = {},
) {
  expect(to).toBe(MAIL);
  expect(text).toContain(`${WHEN}\nBrowser: ${device}\nIP address: ${from}\n`);
  expect(text).toMatch(/because your account ha[sd] this address/);
  expect(link).toMatch(/^\/not-me\?token=[\w-]{43}$/);
}

describe('a notice of a new device', () => {
  it('is not sent at the very first sign-in', async () => {
    expect((await arrive(test.visitor())).status).toBe(303);
    expect(await newDevice()).toHaveLength(0);
  });

  it('is sent at the first sign-in from another browser: when, where, with what, and a link', async () => {
    await test.signedIn();
    const second = test.visitor();
    expect((await arrive(second)).status).toBe(303);
    const mails = await newDevice();
    expect(mails).toHaveLength(1);
    expectFacts(mails[0]!);
  });

  it('is not sent for a browser that has been here before, not even after it signed out', async () => {
    const known = await test.signedIn();
    await known.postForm('/logout');
    expect((await arrive(known)).status).toBe(303);
    await arrive(known);
    expect(await newDevice()).toHaveLength(0);
  });

  it('is sent for a browser that only somebody else has signed in from', async () => {
    await test.signedIn();
    await test.person('bea');
    const shared = await test.signedIn('bea');
    await arrive(shared);
    expect(await newDevice()).toHaveLength(1);
    await arrive(shared);
    expect(await newDevice()).toHaveLength(1);
  });

  it('is sent for a device cookie that was made up', async () => {
    const known = await test.signedIn();
    const forger = test.visitor();
    const [name, value] = [...known.cookies].find(([cookie]) => cookie.includes('device'))!;
    forger.cookies.set(name, value.replace(/.$/, last => (last === 'A' ? 'B' : 'A')).replace(/^./, 'x'));
    await arrive(forger);
    expect(await newDevice()).toHaveLength(1);
  });

  it('is not sent for a sign-in that failed, nor to an account without an address', async () => {
    await test.signedIn();
    await arrive(test.visitor(), 'wrong');
    await test.person('bea');
    await test.signedIn('bea');
    await test.signedIn('bea');
    expect(await mailsOf(test)).toHaveLength(0);
  });

  it('is not sent for the confirmation of a recent sign-in', async () => {
    const ada = await test.signedIn();
    await ada.postForm('/confirm', { password: PASSWORD });
    expect(await newDevice()).toHaveLength(0);
  });

  it('is sent once for each of several browsers that arrive together, and for all but one at the first time', async () => {
    // From one address they would be several clicks in one browser.
    await Promise.all(
      Array.from({ length: 4 }, (_, n) =>
        test.visitor().insist('/login', { username: 'ada', password: PASSWORD }, from(`203.0.113.${n}`)),
      ),
    );
    expect(await newDevice()).toHaveLength(3);
  });
});

describe('a notice', () => {
  it('tells of a changed password', async () => {
    const ada = await test.signedIn();
    const fields = { current_password: PASSWORD, password: NEW, password_again: NEW };
    expect((await ada.postForm('/account/password', fields)).status).toBe(303);
    const from = { device: 'Unknown browser', from: '127.0.0.1' };
    expectFacts(await mailTo(test, MAIL, /^Your Gatehouse password was changed$/), from);
  });

  it('tells of a password that was reset', async () => {
    await test.visitor().post('/forgot', { email: MAIL });
    const visitor = await opened(test, (await mailTo(test, MAIL, /Set a new password/)).link);
    const from = { 'user-agent': FIREFOX, 'x-forwarded-for': '203.0.113.9' };
    await visitor.post('/reset', { password: NEW, password_again: NEW }, from);
    expectFacts(await mailTo(test, MAIL, /^Your Gatehouse password was changed$/));
  });

  it('tells of a changed address, at the one before', async () => {
    const ada = await test.signedIn();
    await ada.postForm('/account/email', { email: 'ada@new.example' });
    const visitor = await opened(test, (await mailTo(test, 'ada@new.example', /Confirm/)).link);
    await visitor.post('/verify', {}, { 'user-agent': FIREFOX, 'x-forwarded-for': '203.0.113.9' });
    expectFacts(await mailTo(test, MAIL, /^The address of your Gatehouse account was changed$/));
  });

  it('tells of a closed account, with nothing left to click', async () => {
    const ada = await test.signedIn();
    expect((await ada.postForm('/account/close', { username: 'ada' })).status).toBe(303);
    const { text } = await mailTo(test, MAIL, /^Your Gatehouse account is closed$/);
    expect(text).toContain(`${WHEN}\nBrowser: Unknown browser\nIP address: 127.0.0.1\n`);
    expect(text).not.toContain('http');
    expect(await test.sql('SELECT 1 FROM one_time_tokens WHERE subject = $1', [adaId])).toEqual([]);
  });

  it('is promised together with what it tells: where it cannot be, nothing happens', async () => {
    const ada = await test.signedIn();
    await test.sql('ALTER TABLE mails RENAME TO mails_away');
    const fields = { current_password: PASSWORD, password: NEW, password_again: NEW };
    expect((await ada.postForm('/account/password', fields)).status).toBeGreaterThanOrEqual(500);
    expect((await arrive(test.visitor())).status).toBeGreaterThanOrEqual(500);
    await test.sql('ALTER TABLE mails_away RENAME TO mails');
    expect((await arrive(ada)).status).toBe(303);
    expect(await test.stored.sessions()).toHaveLength(1);
  });

  it('shows a browser’s name for itself as plain words on one line', async () => {
    await test.signedIn();
    const agent = '<b>Evil</b>/1 (https://evil.test/) {{name}}';
    const answer = await test
      .visitor()
      .post('/login', { username: 'ada', password: PASSWORD }, { 'user-agent': agent });
    expect(answer.status).toBe(303);
    const [mail] = await newDevice();
    expect(mail!.raw).not.toContain('evil.test');
    expect(mail!.raw.split('text/html')[1]).not.toContain('<b>');
  });
});
