import { minutes } from '../src/kernel/durations.js';
import { Tab } from './support/tab.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Answer, Visitor } from './support/visitor.js';

const NOTHING_SAVED = 'You were signed out, so nothing was saved';
const TYPED = 'Ada "Countess" <Lovelace> ✓ & 100%';
const SIGN_IN = { username: 'ada', password: PASSWORD };

let test: TestApp;
let ada: Visitor;
beforeAll(async () => {
  test = await TestApp.start();
  for (const name of ['ada', 'bea', 'cyd']) await test.person(name, 'user', `${name}@example.org`);
});
beforeEach(async () => {
  await test.sql("UPDATE users SET display_name = 'ada' WHERE username = 'ada'");
  ada = await test.signedIn();
});
afterAll(() => test.close());

const endSession = () => test.stored.clearSessions();
const nameOf = async () =>
  (await test.sql<{ name: string }>("SELECT display_name AS name FROM users WHERE username = 'ada'"))[0]
    ?.name;

/** Opens a page, lets the session end, and sends its form: the tab as it stands then. */
async function sentTooLate(page: string, fields: Record<string, string>): Promise<Tab> {
  const tab = await Tab.open(ada, page);
  await endSession();
  return tab.go(fields);
}

describe('a form that comes after its person was signed out', () => {
  it('is answered by the sign-in form and its sentence, and is there again after the sign-in', async () => {
    const late = await sentTooLate('/account', { display_name: TYPED });
    expect(late.page.body).toContain(NOTHING_SAVED);
    expect(late.page.body).toContain('name="password"');
    expect(late.page.setCookies).toEqual([]);
    expect(await nameOf()).toBe('ada');
    const back = await late.go(SIGN_IN);
    expect(back.address).toMatch(/^\/account\?kept=[\w-]{16}$/);
    expect(back.typed('display_name')).toBe(plain(TYPED));
    expect((await back.reload()).typed('display_name')).toBe('ada');
    expect((await back.press({ display_name: TYPED })).location).toBe('/account');
    expect(await nameOf()).toBe(TYPED);
  });

  it('does not say what was typed to whoever sits there next', async () => {
    const late = await sentTooLate('/account', { display_name: 'Countess' });
    expect(late.page.body).not.toContain('Countess');
    expect(Object.values(late.hidden).join()).not.toContain('Countess');
    const decoded = Object.values(late.hidden).map(value =>
      Buffer.from(value, 'base64url').toString('latin1'),
    );
    expect(decoded.join()).not.toContain('Countess');
  });

  it('waits through wrong passwords', async () => {
    const late = await sentTooLate('/account', { display_name: TYPED });
    const wrong = await late.go({ ...SIGN_IN, password: 'wrong' });
    expect(wrong.page.status).toBe(422);
    const twice = await wrong.go({ ...SIGN_IN, password: 'wrong again' });
    expect((await twice.go(SIGN_IN)).typed('display_name')).toBe(plain(TYPED));
  });

  it('is dropped where somebody else signs in, without a word', async () => {
    const late = await sentTooLate('/account', { display_name: TYPED });
    const other = await late.go({ ...SIGN_IN, username: 'bea' });
    expect([other.address, other.page.status]).toEqual(['/account', 200]);
    expect(other.typed('display_name')).toBe('bea');
    expect(other.page.body).not.toContain('role="status"');
    expect(other.page.body).not.toContain('Countess');
  });

  it.each([
    [29, TYPED],
    [31, 'ada'],
  ])('is kept for thirty minutes: after %i it is %s', async (passed, typed) => {
    const late = await sentTooLate('/account', { display_name: TYPED });
    test.clock.pass(minutes(passed));
    const back = await late.go(SIGN_IN);
    expect(back.address.split('?')[0]).toBe('/account');
    expect(back.typed('display_name')).toBe(plain(typed));
  });

  it.each([
    ['/account/email', 'email', 'ada@new.example'],
    ['/account/close', 'username', 'ad'],
  ])('comes back at %s too', async (page, field, typed) => {
    const late = await sentTooLate(page, { [field]: typed });
    expect(late.page.body).toContain(NOTHING_SAVED);
    const back = await late.go(SIGN_IN);
    expect([back.address.split('?')[0], back.typed(field)]).toEqual([page, typed]);
  });

  it('leaves passwords behind, and still leads back', async () => {
    const secrets = { current_password: 'secret one', password: 'secret two', password_again: 'secret two' };
    const late = await sentTooLate('/account/password', secrets);
    expect(late.page.body).toContain(NOTHING_SAVED);
    expect(late.page.body).not.toContain('name="unsaved"');
    const back = await late.go(SIGN_IN);
    expect(back.address).toBe('/account/password');
    expect(back.page.body).not.toContain('secret');
  });

  it('leads back to the page it was on, with its query, also where nothing of it is kept', async () => {
    const tab = await Tab.open(ada, '/account/devices');
    await endSession();
    const { referer } = { referer: `${ada.origin}/account/devices?page=2` };
    const late = await tab.press({}, { referer });
    expect(late.location).toBe('/login?return_to=%2Faccount%2Fdevices%3Fpage%3D2&done=ended');
    const page = await ada.get(late.location!);
    expect(page.body).toContain(NOTHING_SAVED);
    expect(page.body).toContain('name="return_to" value="/account/devices?page&#x3D;2"');
  });

  it.each([
    ['another site', 'https://evil.example/account'],
    ['a site that begins like this one', 'http://localhost:4000.evil.example/account'],
    ['another port', 'http://localhost:4001/account'],
    ['an address that is none', 'account'],
    ['a page that signs out', 'http://localhost:4000/logout'],
    ['a protocol-relative path', 'http://localhost:4000//evil.example/account'],
  ])('is led nowhere by a Referer that names %s', async (_what, referer) => {
    const tab = await Tab.open(ada, '/account');
    await endSession();
    const late = await tab.press({ display_name: TYPED }, { referer });
    expect(late.location).toBe('/login?done=ended');
    const next = await new TabOf(ada).signIn(late);
    expect(next.location).toBe('/welcome');
  });

  it('is nothing but a way to the login page for who never was signed in', async () => {
    const answer = await test.visitor().post('/account', { display_name: TYPED });
    expect([answer.status, answer.location]).toEqual([303, '/login']);
    const page = await test
      .visitor()
      .post('/account', { display_name: TYPED }, { referer: `${ada.origin}/account` });
    expect(page.location).toBe('/login?return_to=%2Faccount');
  });

  it('keeps nothing for a seal that was made up, and says what happened all the same', async () => {
    const tab = await Tab.open(ada, '/account');
    await endSession();
    for (const _owner of [
      '',
      'x',
      'a'.repeat(90),
      tab.hidden['_owner']!.replace(/^./, c => (c === 'A' ? 'B' : 'A')),
    ]) {
      const late = await tab.go({ display_name: TYPED, _owner });
      expect(late.page.body).toContain(NOTHING_SAVED);
      expect(late.page.body).not.toContain('name="unsaved"');
    }
  });

  it('is no form of the next person, whatever stands in the hidden field', async () => {
    const late = await sentTooLate('/account', { display_name: TYPED });
    const [sealed, seal] = [
      late.hidden['unsaved']!,
      (await Tab.open(await test.signedIn(), '/account')).hidden,
    ];
    for (const unsaved of ['', 'x', `${sealed}AAAA`, sealed.slice(1), seal['_owner']!, 'a'.repeat(8000)]) {
      const visitor = test.visitor();
      const answer = await visitor.signIn('ada', PASSWORD, { unsaved });
      expect([answer.status, answer.location]).toEqual([303, '/welcome']);
    }
  });

  it('is answered as ever where JSON is asked for', async () => {
    const tab = await Tab.open(ada, '/account');
    await endSession();
    const answer = await tab.press({ display_name: TYPED }, { accept: 'application/json' });
    expect([answer.status, answer.headers['content-type']]).toEqual([
      401,
      'application/problem+json; charset=utf-8',
    ]);
  });

  it('may be as large as forms may be, and still travels with the sign-in', async () => {
    const tab = await Tab.open(ada, '/account');
    await endSession();
    const overhead = new URLSearchParams({ ...tab.hidden, display_name: '' }).toString().length;
    for (const [letter, size] of [
      ['a', 1],
      ['"', 3],
      ['✓', 9],
    ] as const) {
      const text = letter.repeat(Math.floor((4096 - overhead) / size));
      const late = await tab.go({ display_name: text });
      const back = await late.go(SIGN_IN);
      expect(back.typed('display_name').length).toBeGreaterThanOrEqual(text.length);
      await endSession();
    }
  });

  it('makes room for itself in the sign-in form, and for nothing else', async () => {
    const late = await sentTooLate('/account', { display_name: TYPED });
    const room = { unsaved: late.hidden['unsaved']! };
    for (const [path, fields, status] of [
      ['/login', { ...SIGN_IN, ...room, password: 'x'.repeat(4096) }, 413],
      ['/login', { ...SIGN_IN, unsaved: 'x'.repeat(8192) }, 303],
      ['/login', { ...SIGN_IN, unsaved: 'x'.repeat(12_300) }, 413],
      ['/forgot', { email: 'ada@example.org', unsaved: 'x'.repeat(4100) }, 413],
    ] as const)
      expect([path, (await test.visitor().post(path, fields)).status]).toEqual([path, status]);
  });
});

describe('a form that comes after its person signed in again in another tab', () => {
  async function sentByTheNextSession(name: string, headers: Record<string, string> = {}): Promise<Answer> {
    const tab = await Tab.open(ada, '/account');
    await endSession();
    ada.cookies.clear();
    expect((await ada.signIn(name, PASSWORD)).status).toBe(303);
    return tab.press({ display_name: TYPED }, headers);
  }

  it('is shown again as it was filled in, and not taken', async () => {
    const late = await sentByTheNextSession('ada');
    expect([late.status, late.location?.split('?')[0]]).toEqual([303, '/account']);
    expect(await nameOf()).toBe('ada');
    const back = await Tab.open(ada, late.location!);
    expect(back.page.body).toContain('so nothing was saved');
    expect(back.typed('display_name')).toBe(plain(TYPED));
    expect((await back.press({ display_name: TYPED })).location).toBe('/account');
    expect(await nameOf()).toBe(TYPED);
  });

  it('is refused as ever to somebody else, to programs, and from another site', async () => {
    const others = [
      await sentByTheNextSession('bea'),
      await sentByTheNextSession('ada', { accept: 'application/json' }),
      await sentByTheNextSession('ada', { 'sec-fetch-site': 'cross-site' }),
      await sentByTheNextSession('ada', { referer: 'https://evil.example/account' }),
    ];
    for (const { status, location } of others) expect([status, location]).toEqual([403, null]);
    expect((await ada.get('/account')).body).not.toContain('Countess');
    expect(await nameOf()).toBe('ada');
  });
});

describe('the seal of a form', () => {
  it('stands in every form of a page of somebody who is signed in, and opens nothing', async () => {
    for (const page of ['/welcome', '/account', '/account/devices', '/account/email', '/account/password']) {
      const { body } = await ada.get(page);
      const count = (name: string) => body.split(`name="${name}" value="`).length - 1;
      expect([page, count('_owner')]).toEqual([page, count('_csrf')]);
      expect(count('_owner')).toBeGreaterThan(0);
      expect(body).not.toContain('name="_owner" value=""');
    }
    expect((await test.visitor().get('/login')).body).not.toContain('_owner');
  });

  it('is another one for everybody, and does not say who it is', async () => {
    const [{ id } = { id: '' }] = await test.sql<{ id: string }>(
      "SELECT id FROM users WHERE username = 'bea'",
    );
    const seals = [ada, await test.signedIn('bea')].map(
      async who => (await Tab.open(who, '/account')).hidden['_owner']!,
    );
    const [own, other] = await Promise.all(seals);
    expect(own).not.toBe(other);
    expect(Buffer.from(other!, 'base64url').toString('latin1')).not.toContain(id);
  });
});

describe('the sign-in form says', () => {
  const noticeOf = ({ body }: Answer) => /role="status"[^>]*><p>([^<]*)</.exec(body)?.[1] ?? null;

  it('that somebody is signed out, wherever they did it', async () => {
    const out = await ada.postForm('/logout');
    expect(noticeOf(await ada.get(out.location!))).toBe('You are signed out.');
    const again = await test.signedIn();
    expect(noticeOf(await again.get((await again.get('/logout')).location!))).toBe('You are signed out.');
    const own = await test.signedIn();
    const { publicId } = JSON.parse((await own.get('/session')).body).session as { publicId: string };
    const ended = await own.postForm(`/account/devices/${publicId}/end`);
    expect(noticeOf(await own.get(ended.location!))).toBe('You are signed out.');
  });

  it('that somebody is signed out, also where another process took the sign-out', async () => {
    const referer = `${ada.origin}/account/devices`;
    expect(noticeOf(await test.visitor().get('/', { referer }))).toBe('You are signed out.');
    for (const other of ['/forgot', '/login', '/'])
      expect(noticeOf(await test.visitor().get('/', { referer: ada.origin + other }))).toBeNull();
    expect(noticeOf(await test.visitor().get('/', { referer: 'https://evil.example/account' }))).toBeNull();
  });

  it('nothing of it a second time', async () => {
    const out = await ada.postForm('/logout');
    expect(noticeOf(await ada.get(out.location!))).toBe('You are signed out.');
    expect(noticeOf(await ada.get(out.location!))).toBeNull();
  });

  it('that an account is closed', async () => {
    const cyd = await test.signedIn('cyd');
    const closed = await cyd.postForm('/account/close', { username: 'cyd' });
    expect(noticeOf(await cyd.get(closed.location!))).toBe('Your account has been closed.');
  });

  it('why somebody is there who wanted another page', async () => {
    test.clock.pass(minutes(5));
    const sent = await test.visitor().get('/account/email');
    const { body } = await test.visitor().get(sent.location!);
    expect(body).toContain('<p class="notice" id="why-here">Sign in to continue.</p>');
    expect(noticeOf(await test.visitor().get('/login'))).toBeNull();
    expect(noticeOf(await test.visitor().get('/'))).toBeNull();
  });
});

/** A value as a page shows it, which is how {@link Tab.typed} gives it. */
const plain = (text: string): string =>
  text.replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Follows an answer to the sign-in form and signs in there. */
class TabOf {
  constructor(private readonly visitor: Visitor) {}

  async signIn({ location }: Answer): Promise<Answer> {
    return (await Tab.open(this.visitor, location!)).press(SIGN_IN);
  }
}
