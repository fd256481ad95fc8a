import { request } from 'node:http';
import { AuditLog } from '../src/audit/audit-log.js';
import { localOrigin } from '../src/audit/security-event.js';
import { PasswordHasher } from '../src/crypto/password-hasher.js';
import { seconds } from '../src/kernel/durations.js';
import { Invite } from '../src/registration/invite.js';
import { parseEmailAddress } from '../src/users/email-address.js';
import { mailsOf, mailTo } from './support/outbox.js';
import { Tab } from './support/tab.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Answer, Visitor } from './support/visitor.js';

const NEW = 'seven calm otters drift';
const both = (password: string) => ({ password, password_again: password });

/** What a browser says of itself; what says nothing is no browser. */
const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' };

let test: TestApp;
let browser: Visitor;
beforeAll(async () => {
  test = await TestApp.start({ TRUST_PROXY: 'loopback' });
});
beforeEach(() => {
  browser = test.visitor();
});
afterAll(() => test.close());

let people = 0;
async function somebody(): Promise<{ name: string; mail: string; id: string }> {
  const name = `ada${++people}`;
  const id = await test.person(name, 'user', `${name}@example.org`);
  return { name, mail: `${name}@example.org`, id };
}

const mailsTo = async (address: string) => (await mailsOf(test)).filter(({ to }) => to === address).length;
const sessionsOf = async (id: string) => (await test.stored.sessions()).filter(({ userId }) => userId === id);

/** Two clicks: the same request twice, at once, with the cookies of before. */
function clicked(visitor: Visitor, path: string, fields: Record<string, string>): Promise<[Answer, Answer]> {
  const second = visitor.copy();
  return Promise.all([visitor.post(path, fields, BROWSER), second.post(path, fields, BROWSER)]);
}

/** The second click comes when the first was answered; its browser had not seen the answer yet. */
async function clickedAgain(
  visitor: Visitor,
  path: string,
  fields: Record<string, string>,
): Promise<[Answer, Answer]> {
  const second = visitor.copy();
  const answer = await visitor.post(path, fields, BROWSER);
  return [answer, await second.post(path, fields, BROWSER)];
}

const HOW = [
  ['while the first is on its way', clicked],
  ['right after the first', clickedAgain],
] as const;

/** Both answers are one and the same, but for the name of the request. */
function expectSame([one, two]: readonly [Answer, Answer], location: string): void {
  expect([one.status, one.location]).toEqual([303, location]);
  expect([two.status, two.location]).toEqual([303, location]);
  expect(two.setCookies).toEqual(one.setCookies);
}

describe.each(HOW)('a second click, %s, is answered like the first:', (_when, click) => {
  it('"Sign in" makes one session and one notice', async () => {
    const { name, mail, id } = await somebody();
    await test.signedIn(name);
    await test.stored.clearSessions();
    const before = await mailsTo(mail);
    const fields = { username: name, password: PASSWORD };
    expectSame(await click(browser, '/login', fields), '/welcome');
    expect(await sessionsOf(id)).toHaveLength(1);
    expect(await mailsTo(mail)).toBe(before + 1);
    expect((await browser.get('/welcome', BROWSER)).status).toBe(200);
  });

  it('"Set password" sets it once', async () => {
    const { name, mail } = await somebody();
    await browser.post('/forgot', { email: mail });
    const tab = await Tab.open(browser, (await mailTo(test, mail, /Set a new password/)).link);
    expectSame(await click(browser, '/reset', { ...tab.hidden, ...both(NEW) }), '/welcome');
    expect((await test.visitor().signIn(name, NEW)).status).toBe(303);
  });

  it('"Create account" and "Confirm" make one account', async () => {
    const name = `new${++people}`;
    const mail = `${name}@example.org`;
    const fields = { username: name, email: mail, ...both(NEW) };
    const registered = await click(browser, '/register', fields);
    expectSame(registered, '/verify/sent');
    expect(await mailsTo(mail)).toBe(1);
    const tab = await Tab.open(browser, (await mailTo(test, mail, /Confirm/)).link);
    expectSame(await click(browser, '/verify', tab.hidden), '/welcome');
    expect((await test.visitor().signIn(name, NEW)).status).toBe(303);
  });

  it('an invitation is accepted once', async () => {
    const name = `guest${++people}`;
    const email = parseEmailAddress(`${name}@example.org`)!;
    await test.get(Invite).send(email, 'user', localOrigin('command line'));
    const tab = await Tab.open(browser, (await mailTo(test, email.display, /You are invited/)).link);
    const fields = { ...tab.hidden, username: name, ...both(NEW) };
    expectSame(await click(browser, '/invite', fields), '/welcome');
  });

  it('"Send the link" sends one', async () => {
    const { mail } = await somebody();
    expectSame(await click(browser, '/forgot', { email: mail }), '/login?done=forgot');
    expect(await mailsTo(mail)).toBe(1);
  });

  it('"Go on" renews the session once, and nobody is signed out', async () => {
    const { name, id } = await somebody();
    browser = await test.signedIn(name);
    const tab = await Tab.open(browser, '/confirm');
    expectSame(await click(browser, '/confirm', { ...tab.hidden, password: PASSWORD }), '/welcome');
    expect(await sessionsOf(id)).toHaveLength(1);
    expect((await browser.get('/welcome')).status).toBe(200);
  });

  it('"Change password" changes it, and nobody is signed out', async () => {
    const { name, mail } = await somebody();
    browser = await test.signedIn(name);
    const tab = await Tab.open(browser, '/account/password');
    const fields = { ...tab.hidden, current_password: PASSWORD, ...both(NEW) };
    const before = await mailsTo(mail);
    expectSame(await click(browser, '/account/password', fields), '/account');
    expect(await mailsTo(mail)).toBe(before + 1);
    expect((await browser.get('/account')).status).toBe(200);
  });

  it('"End this session" ends it', async () => {
    const { name, id } = await somebody();
    await test.signedIn(name);
    const [other] = await sessionsOf(id);
    browser = await test.signedIn(name);
    const fields = (await Tab.open(browser, '/account/devices')).hidden;
    expectSame(await click(browser, `/account/devices/${other!.publicId}/end`, fields), '/account/devices');
  });
});

describe('a second click that comes with the cookies of the first one’s answer', () => {
  /** One browser, which has taken the first answer in. */
  async function twice(path: string, fields: Record<string, string>): Promise<Answer> {
    expect((await browser.post(path, fields, BROWSER)).status).toBe(303);
    return browser.post(path, fields, BROWSER);
  }

  it('goes on to where that led, in the session that is there', async () => {
    const { name, id } = await somebody();
    const again = await twice('/login', { username: name, password: PASSWORD, return_to: '/account' });
    expect([again.status, again.location, again.setCookies]).toEqual([303, '/account', []]);
    expect(await sessionsOf(id)).toHaveLength(1);
    const { hidden } = await Tab.open(browser, '/account/password');
    const changed = await twice('/account/password', { ...hidden, current_password: PASSWORD, ...both(NEW) });
    expect([changed.status, changed.location, changed.setCookies]).toEqual([303, '/account', []]);
    expect((await browser.get('/account')).status).toBe(200);
  });

  it('goes on after a mailed link, too', async () => {
    const { mail } = await somebody();
    await browser.post('/forgot', { email: mail });
    const tab = await Tab.open(browser, (await mailTo(test, mail, /Set a new password/)).link);
    const again = await twice('/reset', { ...tab.hidden, ...both(NEW) });
    expect([again.status, again.location]).toEqual([303, '/welcome']);
  });

  it('gets no session that it does not have', async () => {
    const { name } = await somebody();
    const fields = { username: name, password: PASSWORD };
    await browser.post('/login', fields, BROWSER);
    const other = test.visitor();
    other.cookies.set('x', 'y');
    const answer = await other.post('/login', fields, BROWSER);
    expect(answer.setCookies.join()).toContain('gatehouse=');
    expect(other.cookies.get('gatehouse')).not.toBe(browser.cookies.get('gatehouse'));
  });
});

describe('a browser that gives up the first click for the second', () => {
  it('is signed in by the answer to the second, with one session', async () => {
    const { name, id } = await somebody();
    const hasher = test.get(PasswordHasher);
    const verify = hasher.verify.bind(hasher);
    const body = new URLSearchParams({ username: name, password: PASSWORD }).toString();
    const headers = {
      ...BROWSER,
      origin: browser.origin,
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(body.length),
    };
    const first = request({ host: '127.0.0.1', port: test.port, path: '/login', method: 'POST', headers });
    first.on('error', () => undefined);
    const second = new Promise<Answer>((resolve, reject) => {
      hasher.verify = async (password, encoded) => {
        hasher.verify = verify;
        const closed = new Promise(gone => first.once('close', gone));
        first.destroy();
        await closed;
        browser.post('/login', body, BROWSER).then(resolve, reject);
        return verify(password, encoded);
      };
      first.end(body);
    });
    expect([(await second).status, (await second).location]).toEqual([303, '/welcome']);
    expect((await browser.get('/welcome')).status).toBe(200);
    expect(await sessionsOf(id)).toHaveLength(1);
  });
});

describe('what is no second click', () => {
  const signIn = (visitor: Visitor, name: string, headers: Record<string, string | null> = BROWSER) =>
    visitor.post('/login', { username: name, password: PASSWORD }, headers);

  it.each<[string, () => Promise<unknown>, Record<string, string | null>]>([
    ['after five seconds', () => Promise.resolve(test.clock.pass(seconds(6))), BROWSER],
    ['from another address', () => Promise.resolve(), { ...BROWSER, 'x-forwarded-for': '192.0.2.7' }],
    ['from another browser', () => Promise.resolve(), { 'user-agent': 'Safari' }],
    ['from what says of itself that it is no browser', () => Promise.resolve(), { 'user-agent': null }],
  ])('makes a session of its own: %s', async (_what, meanwhile, headers) => {
    const { name, id } = await somebody();
    await signIn(browser, name);
    await meanwhile();
    const own = test.visitor();
    expect((await signIn(own, name, headers)).status).toBe(303);
    expect(own.cookies.get('gatehouse')).not.toBe(browser.cookies.get('gatehouse'));
    expect(await sessionsOf(id)).toHaveLength(2);
  });

  it('gets nothing that it could not have had: another password, another cookie, another field', async () => {
    const { name, id } = await somebody();
    await signIn(browser, name);
    const guess = await test.visitor().post('/login', { username: name, password: 'guess' }, BROWSER);
    expect([guess.status, guess.setCookies]).toEqual([422, []]);
    await signIn(test.visitor(), name);
    const marked = test.visitor();
    marked.cookies.set('x', 'y');
    await signIn(marked, name);
    await test.visitor().post('/login', { username: name, password: PASSWORD, remember: 'off' }, BROWSER);
    expect((await sessionsOf(id)).length).toBeGreaterThanOrEqual(3);
  });

  it('comes from another site, and is refused as ever', async () => {
    const { name } = await somebody();
    await signIn(browser, name);
    const foreign = await signIn(test.visitor(), name, { ...BROWSER, 'sec-fetch-site': 'cross-site' });
    expect([foreign.status, foreign.setCookies]).toEqual([403, []]);
  });

  it('is a form that was refused: each is looked at, and each counts', async () => {
    const { name } = await somebody();
    const guess = () => test.visitor().post('/login', { username: name, password: 'wrong' }, BROWSER);
    const answers = [...(await Promise.all(Array.from({ length: 8 }, guess))), await guess()];
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(4);
    await test.get(AuditLog).settled();
  });

  it('is a sign-in after the sign-out: nobody gets a session that has ended', async () => {
    const { name } = await somebody();
    await signIn(browser, name);
    await browser.postForm('/logout');
    browser.cookies.clear();
    expect((await signIn(browser, name)).status).toBe(303);
    expect((await browser.get('/welcome')).status).toBe(200);
  });

  it('is a program that asks for JSON', async () => {
    const { name, id } = await somebody();
    for (let turn = 0; turn < 2; turn++)
      await signIn(test.visitor(), name, { ...BROWSER, accept: 'application/json' });
    expect(await sessionsOf(id)).toHaveLength(2);
  });

  it('is a form that came after another one of the same browser', async () => {
    const { name } = await somebody();
    browser = await test.signedIn(name);
    const { hidden } = await Tab.open(browser, '/account/email');
    const ask = (email: string) => browser.post('/account/email', { ...hidden, email }, BROWSER);
    const to = (n: number) => `${name}-${n}@new.example`;
    for (const n of [1, 2, 1]) expect((await ask(to(n))).status).toBe(303);
    expect([await mailsTo(to(1)), await mailsTo(to(2))]).toEqual([2, 1]);
  });
});
