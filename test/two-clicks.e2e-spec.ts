import { request } from 'node:http';
import { AuditLog } from '../src/audit/audit-log.js';
import { localOrigin } from '../src/audit/security-event.js';
import { PasswordHasher } from '../src/crypto/password-hasher.js';
import { FirstAnswers } from '../src/clicks/first-answers.js';
import { Sweeper } from '../src/database/sweeper.js';
import { hours, minutes, seconds } from '../src/kernel/durations.js';
import { Invite } from '../src/registration/invite.js';
import { parseEmailAddress } from '../src/users/email-address.js';
import { mailsOf, mailTo } from './support/outbox.js';
import { enrol, toSecondStep } from './support/second-factor.js';
import { Tab } from './support/tab.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Answer, Visitor } from './support/visitor.js';

const NEW = 'seven calm otters drift';
const both = (password: string) => ({ password, password_again: password });

/** What a browser says of itself; what says nothing is no browser. */
const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' };

let test: TestApp;
/** Another process of the same installation. */
let other: TestApp;
let browser: Visitor;
beforeAll(async () => {
  test = await TestApp.start({ TRUST_PROXY: 'loopback' });
  other = await TestApp.start({ TRUST_PROXY: 'loopback', DATA_DIR: test.dataDir });
});
beforeEach(() => {
  browser = test.visitor();
  // As many mails as there are tests are asked for from one address.
  pass(hours(2));
});
afterAll(async () => {
  await other.app.close();
  await test.close();
});

/** Time passes for both. */
const pass = (duration: number) => [test, other].forEach(({ clock }) => clock.pass(duration));

/** The same browser, whose next request reaches the other process. */
function elsewhere(visitor: Visitor): Visitor {
  const twin = other.visitor();
  for (const [name, value] of visitor.cookies) twin.cookies.set(name, value);
  for (const [path, link] of visitor.links) twin.links.set(path, link);
  return twin;
}

/** What the form of a page carries without anybody typing. */
const hidden = async (path: string, visitor = browser) => (await Tab.open(visitor, path)).hidden;

let people = 0;
async function somebody(): Promise<{ name: string; mail: string; id: string }> {
  const name = `ada${++people}`;
  const id = await test.person(name, 'user', `${name}@example.org`);
  return { name, mail: `${name}@example.org`, id };
}

async function mailsTo(address: string): Promise<number> {
  // Either process may have it under way.
  await mailsOf(other);
  return (await mailsOf(test)).filter(({ to }) => to === address).length;
}
const sessionsOf = async (id: string) => (await test.stored.sessions()).filter(({ userId }) => userId === id);

/** Gives the password of somebody with an authenticator, signed in elsewhere. @returns the next form, filled in. */
async function secondStepOf(name: string): Promise<Record<string, string>> {
  const phone = await enrol(test, await test.signedIn(name));
  const page = await toSecondStep(browser, name);
  const code = phone.fresh();
  other.clock.pass(seconds(30));
  return { ...(await hidden(page)), code };
}

/** Sends a form, and once more with the cookies of before. @param reach gives the second click its browser. */
type Click = (
  visitor: Visitor,
  path: string,
  fields: Record<string, string>,
  reach: (visitor: Visitor) => Visitor,
) => Promise<[Answer, Answer]>;

const atOnce: Click = (visitor, path, fields, reach) => {
  const second = reach(visitor);
  return Promise.all([visitor.insist(path, fields, BROWSER), second.insist(path, fields, BROWSER)]);
};

/** The second click comes when the first was answered; its browser had not seen the answer yet. */
const afterwards: Click = async (visitor, path, fields, reach) => {
  const second = reach(visitor);
  const answer = await visitor.post(path, fields, BROWSER);
  return [answer, await second.post(path, fields, BROWSER)];
};

const here = (visitor: Visitor) => visitor.copy();
const HOW = [
  ['while the first is on its way', atOnce, here],
  ['right after the first', afterwards, here],
  ['at another process while the first is on its way', atOnce, elsewhere],
  ['at another process right after the first', afterwards, elsewhere],
] as const;

/** Both answers are one and the same, but for the name of the request. */
function expectSame([one, two]: readonly [Answer, Answer], location: string): void {
  expect([one.status, one.location]).toEqual([303, location]);
  expect([two.status, two.location]).toEqual([303, location]);
  expect(two.setCookies).toEqual(one.setCookies);
}

describe.each(HOW)('a second click, %s, is answered like the first:', (_when, how, reach) => {
  const click = (visitor: Visitor, path: string, fields: Record<string, string>) =>
    how(visitor, path, fields, reach);

  it('that of a second step ends it, and begins one session', async () => {
    const { name, id } = await somebody();
    const fields = await secondStepOf(name);
    expectSame(await click(browser, '/login/second-step', fields), '/welcome');
    expect(await sessionsOf(id)).toHaveLength(2);
  });

  it('"Sign in" makes one session and one notice', async () => {
    const { name, mail, id } = await somebody();
    await test.signedIn(name);
    await test.stored.clearSessions();
    const before = await mailsTo(mail);
    const fields = { ...(await hidden('/login')), username: name, password: PASSWORD };
    expectSame(await click(browser, '/login', fields), '/welcome');
    expect(await sessionsOf(id)).toHaveLength(1);
    expect(await mailsTo(mail)).toBe(before + 1);
    expect((await browser.get('/welcome', BROWSER)).status).toBe(200);
  });

  it('"Set password" sets it once', async () => {
    const { name, mail } = await somebody();
    await browser.post('/forgot', { email: mail });
    await mailsOf(other);
    const tab = await Tab.open(browser, (await mailTo(test, mail, /Set a new password/)).link);
    expectSame(await click(browser, '/reset', { ...tab.hidden, ...both(NEW) }), '/welcome');
    expect((await test.visitor().signIn(name, NEW)).status).toBe(303);
  });

  it('"Create account" and "Confirm" make one account', async () => {
    const name = `new${++people}`;
    const mail = `${name}@example.org`;
    const fields = { ...(await hidden('/register')), username: name, email: mail, ...both(NEW) };
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
    const fields = { ...(await hidden('/forgot')), email: mail };
    expectSame(await click(browser, '/forgot', fields), '/login?done=forgot');
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

describe.each([
  ['the same process', here],
  ['another process', elsewhere],
] as const)('a second click that comes to %s with the cookies of the first one’s answer', (_where, reach) => {
  /** One browser, which has taken the first answer in. */
  async function twice(path: string, fields: Record<string, string>): Promise<Answer> {
    expect((await browser.post(path, fields, BROWSER)).status).toBe(303);
    return reach(browser).post(path, fields, BROWSER);
  }

  it('goes on to where that led, in the session that is there', async () => {
    const { name, id } = await somebody();
    const fields = { ...(await hidden('/login')), username: name, password: PASSWORD };
    const again = await twice('/login', { ...fields, return_to: '/account' });
    expect([again.status, again.location, again.setCookies]).toEqual([303, '/account', []]);
    expect(await sessionsOf(id)).toHaveLength(1);
    const carried = await hidden('/account/password');
    const changed = await twice('/account/password', {
      ...carried,
      current_password: PASSWORD,
      ...both(NEW),
    });
    expect([changed.status, changed.location, changed.setCookies]).toEqual([303, '/account', []]);
    expect((await browser.get('/account')).status).toBe(200);
  });

  it('goes on after a mailed link, too', async () => {
    const { mail } = await somebody();
    await browser.post('/forgot', { email: mail });
    await mailsOf(other);
    const tab = await Tab.open(browser, (await mailTo(test, mail, /Set a new password/)).link);
    const again = await twice('/reset', { ...tab.hidden, ...both(NEW) });
    expect([again.status, again.location]).toEqual([303, '/welcome']);
  });

  it('gets no session that it does not have', async () => {
    const { name } = await somebody();
    const fields = { ...(await hidden('/login')), username: name, password: PASSWORD };
    const stranger = reach(browser);
    await browser.post('/login', fields, BROWSER);
    stranger.cookies.set('x', 'y');
    const answer = await stranger.post('/login', fields, BROWSER);
    expect(answer.setCookies.join()).toContain('gatehouse=');
    expect(stranger.cookies.get('gatehouse')).not.toBe(browser.cookies.get('gatehouse'));
  });
});

describe('a browser that gives up the first click for the second', () => {
  it('is signed in by the answer to the second, with one session', async () => {
    const { name, id } = await somebody();
    const hasher = test.get(PasswordHasher);
    const verify = hasher.verify.bind(hasher);
    const fields = { ...(await hidden('/login')), username: name, password: PASSWORD };
    const body = new URLSearchParams(fields).toString();
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
  let page: Record<string, string>;
  beforeEach(async () => {
    page = await hidden('/login');
  });
  const signIn = (visitor: Visitor, name: string, headers: Record<string, string | null> = BROWSER) =>
    visitor.post('/login', { ...page, username: name, password: PASSWORD }, headers);

  it.each<[string, () => Promise<unknown>, Record<string, string | null>]>([
    ['after five seconds', () => Promise.resolve(pass(seconds(6))), BROWSER],
    ['from another address', () => Promise.resolve(), { ...BROWSER, 'x-forwarded-for': '192.0.2.7' }],
    ['from another browser', () => Promise.resolve(), { 'user-agent': 'Safari' }],
    ['from what says of itself that it is no browser', () => Promise.resolve(), { 'user-agent': null }],
    ['from another page', async () => void (page = await hidden('/login')), BROWSER],
    ['from no page of ours', () => Promise.resolve(void (page = {})), BROWSER],
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
    const guess = await test
      .visitor()
      .post('/login', { ...page, username: name, password: 'guess' }, BROWSER);
    expect([guess.status, guess.setCookies]).toEqual([422, []]);
    await signIn(test.visitor(), name);
    const marked = test.visitor();
    marked.cookies.set('x', 'y');
    await signIn(marked, name);
    await test
      .visitor()
      .post('/login', { ...page, username: name, password: PASSWORD, remember: 'off' }, BROWSER);
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
    const guess = () =>
      test.visitor().insist('/login', { ...page, username: name, password: 'wrong' }, BROWSER);
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
    const carried = await hidden('/account/email');
    const ask = (email: string) => browser.post('/account/email', { ...carried, email }, BROWSER);
    const to = (n: number) => `${name}-${n}@new.example`;
    for (const n of [1, 2, 1]) expect((await ask(to(n))).status).toBe(303);
    expect([await mailsTo(to(1)), await mailsTo(to(2))]).toEqual([2, 1]);
  });
});

describe('what is kept of a form', () => {
  const rows = () => test.sql<Record<string, string | null>>('SELECT * FROM form_answers');
  const signIn = async (password: string) => {
    const { name } = await somebody();
    const fields: Record<string, string> = { ...(await hidden('/login')), username: name, password };
    return { fields, answer: await browser.post('/login', fields, BROWSER) };
  };

  it('is gone a minute later, and holds neither what was typed nor what was answered', async () => {
    const { fields, answer } = await signIn(PASSWORD);
    const session = decodeURIComponent(browser.cookies.get('gatehouse') ?? '').slice(2, 45);
    await test.get(FirstAnswers).settled();
    const text = JSON.stringify(await rows());
    expect(answer.setCookies.join()).toContain(session);
    for (const secret of [fields['_csrf']!, PASSWORD, session, '/welcome'])
      expect([secret, text.includes(secret)]).toEqual([secret, false]);
    pass(minutes(1));
    await test.get(Sweeper).sweep();
    expect(await rows()).toEqual([]);
  });

  it('is there once it is settled, also where that has begun already, as it does by itself', async () => {
    await test.get(FirstAnswers).settled();
    await test.sql('DELETE FROM form_answers');
    await signIn(PASSWORD);
    const begun = test.get(FirstAnswers).settled();
    await test.get(FirstAnswers).settled();
    expect((await rows()).map(({ answer }) => answer)).toEqual([expect.any(String)]);
    await begun;
  });

  it('is nothing where it was refused: what anybody can send costs no write', async () => {
    await test.get(Sweeper).sweep();
    const before = (await rows()).length;
    for (let turn = 0; turn < 8; turn++) await signIn('wrong');
    for (const path of ['/reset', '/verify', '/invite', '/not-me'])
      await browser.post(path, { _csrf: 'a'.repeat(22), link: 'nothing' }, BROWSER);
    for (const path of ['/login/second-step', '/login/second-step/reset-code'])
      expect((await browser.post(path, { _csrf: 'b'.repeat(22), step: 'nothing' }, BROWSER)).status).toBe(
        303,
      );
    await test.get(FirstAnswers).settled();
    expect(await rows()).toHaveLength(before);
  });

  it('opens nothing to who has all of the database', async () => {
    const { fields } = await signIn(PASSWORD);
    await test.get(FirstAnswers).settled();
    const thief = test.visitor();
    for (const { page } of await rows())
      await thief.post('/login', { ...fields, _csrf: (page ?? '').slice(0, 22), password: 'x' }, BROWSER);
    expect(thief.cookies.get('gatehouse')).toBeUndefined();
  });
});

describe('a form that is sent twenty times at once, to two processes', () => {
  it('does its work once', async () => {
    const { mail, id } = await somebody();
    await browser.post('/forgot', { email: mail });
    await mailsOf(other);
    const tab = await Tab.open(browser, (await mailTo(test, mail, /Set a new password/)).link);
    const clicks = Array.from({ length: 20 }, (_, turn) => (turn % 2 ? here : elsewhere)(browser));
    const fields = { ...tab.hidden, ...both(NEW) };
    const answers = await Promise.all(clicks.map(visitor => visitor.insist('/reset', fields, BROWSER)));
    expect(new Set(answers.map(({ location }) => location))).toEqual(new Set(['/welcome']));
    expect(new Set(clicks.map(({ cookies }) => cookies.get('gatehouse'))).size).toBe(1);
    expect(await sessionsOf(id)).toHaveLength(1);
  });

  it('ends one step, and begins one session', async () => {
    const { name, id } = await somebody();
    const fields = await secondStepOf(name);
    const clicks = Array.from({ length: 20 }, (_, turn) => (turn % 2 ? here : elsewhere)(browser));
    const answers = await Promise.all(
      clicks.map(visitor => visitor.insist('/login/second-step', fields, BROWSER)),
    );
    expect(new Set(answers.map(({ location }) => location))).toEqual(new Set(['/welcome']));
    expect(new Set(clicks.map(({ cookies }) => cookies.get('gatehouse'))).size).toBe(1);
    expect(await sessionsOf(id)).toHaveLength(2);
  });

  it('is taken for itself once nothing is to be expected of a process that died over it', async () => {
    const { name } = await somebody();
    const fields = { ...(await hidden('/login')), username: name, password: PASSWORD };
    const answers = other.get(FirstAnswers);
    const settle = answers.settle.bind(answers);
    answers.settle = () => undefined;
    await elsewhere(browser).post('/login', fields, BROWSER);
    answers.settle = settle;
    pass(seconds(6));
    expect((await browser.post('/login', fields, BROWSER)).location).toBe('/welcome');
    expect((await browser.get('/welcome')).status).toBe(200);
  });
});
