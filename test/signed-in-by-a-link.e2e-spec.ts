import { localOrigin } from '../src/audit/security-event.js';
import { minutes } from '../src/kernel/durations.js';
import { Invite } from '../src/registration/invite.js';
import { parseEmailAddress } from '../src/users/email-address.js';
import { opened } from './support/mailed-link.js';
import { mailsOf, mailTo } from './support/outbox.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const NEW = 'seven calm otters drift';
const MAIL = 'ada@example.org';

let test: TestApp;
beforeEach(async () => (test = await TestApp.start()));
afterEach(() => test.close());

/** Whoever has registered, and has not confirmed the address yet. */
async function registered(): Promise<Visitor> {
  const ada = test.visitor();
  await ada.post('/register', { username: 'ada', email: MAIL, password: PASSWORD });
  return ada;
}

/** How many mails tell of a sign-in from somewhere new. */
const toldOfANewDevice = async () =>
  (await mailsOf(test)).filter(({ subject }) => subject.includes('New sign-in')).length;

const linkTo = async (subject: RegExp) => (await mailTo(test, MAIL, subject)).link;

async function forgotten(): Promise<string> {
  await test.person('ada', 'user', MAIL);
  await test.visitor().post('/forgot', { email: MAIL });
  return linkTo(/Set a new password/);
}

async function invited(): Promise<string> {
  await test.get(Invite).send(parseEmailAddress(MAIL)!, 'user', localOrigin('test'));
  return linkTo(/You are invited/);
}

const nameOf = async (visitor: Visitor) =>
  /<h1>Welcome, ([^<]+)</.exec((await visitor.get('/welcome')).body)?.[1] ?? null;

const noticeOf = async (visitor: Visitor) =>
  /role="status"[^>]*><p>([^<]*)</.exec((await visitor.get('/welcome')).body)?.[1] ?? null;

describe('a browser that has proved an address and a password', () => {
  it.each([
    [
      'confirmed the address it registered with',
      async () => {
        const ada = await registered();
        return opened(test, await linkTo(/Confirm/), ada);
      },
      '/verify',
      {},
      'Your address is confirmed.',
    ],
    [
      'confirmed an address and chose a password, registered from another one',
      async () => {
        await registered();
        return opened(test, await linkTo(/Confirm/));
      },
      '/verify',
      { username: 'ada', password: NEW },
      'Your address is confirmed.',
    ],
    [
      'set a new password',
      async () => opened(test, await forgotten()),
      '/reset',
      { password: NEW },
      'Your new password has been set.',
    ],
    [
      'accepted an invitation',
      async () => opened(test, await invited()),
      '/invite',
      { username: 'ada', password: NEW },
      'Your account is ready.',
    ],
  ])('is signed in at once: it %s', async (_what, arrive, page, fields, sentence) => {
    const visitor = await arrive();
    const before = await toldOfANewDevice();
    const answer = await visitor.post(page, fields);
    expect([answer.status, answer.location]).toEqual([303, '/welcome']);
    expect(await noticeOf(visitor)).toBe(sentence);
    expect(await nameOf(visitor)).toBe('ada');
    expect(await test.stored.sessions()).toHaveLength(1);
    expect(test.log.events('authn_login_success')).toMatchObject([{ method: 'pwd', by: expect.any(String) }]);
    // The password's own notice, and none of a new device.
    expect(await toldOfANewDevice()).toBe(before);
    // It counts as a sign-in just now, and as one from a known browser.
    expect((await visitor.get('/account/close')).status).toBe(200);
    expect(visitor.cookies.has('gatehouse-device')).toBe(true);
    test.clock.pass(minutes(11));
    expect((await visitor.get('/account/close')).location).toContain('/confirm');
  });

  it('gets a session of its own: the one it had before ends with the old password', async () => {
    const link = await forgotten();
    const ada = await test.signedIn('ada');
    const thief = ada.copy();
    await opened(test, link, ada);
    expect((await ada.post('/reset', { password: NEW })).location).toBe('/welcome');
    expect(await nameOf(ada)).toBe('ada');
    expect(await nameOf(thief)).toBeNull();
    expect(await test.stored.sessions()).toHaveLength(1);
  });
});

describe('nobody is signed in', () => {
  it('by opening a link', async () => {
    const visitor = await opened(test, await forgotten());
    await visitor.get('/reset');
    expect(await nameOf(visitor)).toBeNull();
    expect(await test.stored.sessions()).toEqual([]);
  });

  it('by a refused form', async () => {
    const visitor = await opened(test, await forgotten());
    expect((await visitor.post('/reset', { password: 'short' })).status).toBe(422);
    expect(await test.stored.sessions()).toEqual([]);
  });

  it('by a link alone: a confirmed change of address, or "this was not me"', async () => {
    await test.person('ada', 'user', MAIL);
    await (await test.signedIn()).postForm('/account/email', { email: 'new@example.org' });
    const confirming = await opened(test, (await mailTo(test, 'new@example.org', /Confirm/)).link);
    expect((await confirming.post('/verify')).location).toBe('/login?done=address');
    const notMe = await opened(test, await linkTo(/was changed/));
    expect((await notMe.post('/not-me')).location).toBe('/login?done=not-me');
    for (const visitor of [confirming, notMe]) expect(await nameOf(visitor)).toBeNull();
  });

  it('where somebody else is signed in, who stays who they are', async () => {
    const link = await forgotten();
    await test.person('bea');
    const bea = await opened(test, link, await test.signedIn('bea'));
    expect((await bea.post('/reset', { password: NEW })).location).toBe('/login?done=reset');
    expect((await bea.get('/login?done=reset', { 'sec-fetch-site': 'same-origin' })).location).toBe(
      '/welcome',
    );
    expect(await noticeOf(bea)).toBe('Your new password has been set.');
    expect(await nameOf(bea)).toBe('bea');
    expect((await test.visitor().signIn('ada', NEW)).status).toBe(303);
  });

  it('from another site, which cannot send the form', async () => {
    const visitor = await opened(test, await forgotten());
    const answer = await visitor.post('/reset', { password: NEW }, { 'sec-fetch-site': 'cross-site' });
    expect(answer.status).toBe(403);
    expect(await test.stored.sessions()).toEqual([]);
  });

  it('twice by one link: of twenty at once one gets a session', async () => {
    const visitor = await opened(test, await forgotten());
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => visitor.copy().insist('/reset', { password: NEW })),
    );
    expect(answers.filter(({ location }) => location === '/welcome')).toHaveLength(1);
    expect(await test.stored.sessions()).toHaveLength(1);
  });
});

describe('the page of a mailed link', () => {
  it('says whose password is set, and tells password managers', async () => {
    const { body } = await (await opened(test, await forgotten())).get('/reset');
    expect(body).toContain('For the account <strong>ada</strong>.');
    expect(body).toMatch(/<input id="username" name="_username" value="ada" autocomplete="username"/);
  });

  it('names the account of the link, whoever is signed in', async () => {
    const link = await forgotten();
    await test.person('bea');
    const { body } = await (await opened(test, link, await test.signedIn('bea'))).get('/reset');
    expect(body).toContain('name="_username" value="ada"');
  });

  it('says which username is registered', async () => {
    const ada = await registered();
    await opened(test, await linkTo(/Confirm/), ada);
    expect((await ada.get('/verify')).body).toContain(
      'as <strong>ada</strong> with <strong>ada@example.org</strong>',
    );
  });

  it.each([
    ['/reset', '/forgot'],
    ['/verify', '/verify/again'],
    ['/invite', '/login'],
    ['/not-me', '/forgot'],
  ])('that opens nothing offers the next step: %s', async (page, href) => {
    const dead = await opened(test, `${page}?token=${'a'.repeat(43)}`);
    for (const answer of [await dead.get(page), await dead.post(page, fieldsOf(page))]) {
      expect(answer.status).toBe(410);
      expect(answer.body).toContain(`class="button" href="${href}"`);
      expect(answer.body).toContain('href="/login">Sign in<');
    }
  });
});

const fieldsOf = (page: string): Record<string, string> => {
  if (page === '/reset') return { password: NEW };
  return page === '/invite' ? { username: 'ada', password: NEW } : {};
};
