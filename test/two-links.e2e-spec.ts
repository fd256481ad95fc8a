import { localOrigin } from '../src/audit/security-event.js';
import { digestOf } from '../src/crypto/secret-token.js';
import type { Role } from '../src/kernel/principal.js';
import { Invite } from '../src/registration/invite.js';
import { parseEmailAddress } from '../src/users/email-address.js';
import { mailsOf, mailTo } from './support/outbox.js';
import { Tab } from './support/tab.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Answer, Visitor } from './support/visitor.js';

const NEW = 'seven calm otters drift';
const OTHER = 'nine loud geese parade';
const ONCE_MORE = 'Open the link in the mail again';

const both = (password: string) => ({ password, password_again: password });

let test: TestApp;
let browser: Visitor;
beforeEach(async () => {
  test = await TestApp.start({ TRUST_PROXY: 'loopback' });
  browser = test.visitor();
});
afterEach(() => test.close());

async function invited(address: string, role: Role = 'user'): Promise<string> {
  const email = parseEmailAddress(address)!;
  expect(await test.get(Invite).send(email, role, localOrigin('command line'))).toBe(true);
  return (await mailTo(test, address, /You are invited/)).link;
}

async function forgotten(address: string): Promise<string> {
  expect((await test.visitor().post('/forgot', { email: address })).status).toBe(303);
  return (await mailTo(test, address, /Set a new password/)).link;
}

const people = () =>
  test.sql<{ username: string }>('SELECT username, email, role FROM users WHERE NOT demo ORDER BY username');

const canSignIn = async (username: string, password: string) =>
  (await test.visitor().signIn(username, password)).status === 303;

const waiting = () => [...browser.cookies.keys()].filter(name => name.includes('gatehouse-link'));

/** The answer to a form whose link this browser does not know: nothing was done, and what to do. */
function expectUnknown(answer: Answer): void {
  expect(answer.status).toBe(410);
  expect(answer.body).toContain(ONCE_MORE);
}

describe('each of two links that are open in one browser acts for itself:', () => {
  it('invitations make the accounts their pages speak of, with the roles that were granted', async () => {
    const [toIntern, toBoss] = [
      await invited('intern@example.org'),
      await invited('boss@example.org', 'admin'),
    ];
    const intern = await Tab.open(browser, toIntern);
    const boss = await Tab.open(browser, toBoss);
    expect(intern.page.body).toContain('intern@example.org');
    expect(boss.page.body).toContain('boss@example.org');
    expect((await intern.press({ username: 'intern', ...both(PASSWORD) })).status).toBe(303);
    expect(await people()).toEqual([{ username: 'intern', email: 'intern@example.org', role: 'user' }]);
    expect((await boss.reload()).page.body).toContain('boss@example.org');
    expect((await boss.press({ username: 'boss', ...both(PASSWORD) })).status).toBe(303);
    expect(await people()).toMatchObject([{ username: 'boss', role: 'admin' }, { username: 'intern' }]);
  });

  it('an invitation that is refused for what was typed comes back for the same address', async () => {
    const intern = await Tab.open(browser, await invited('intern@example.org'));
    await Tab.open(browser, await invited('boss@example.org', 'admin'));
    const again = await intern.go({ username: 'intern', ...both('short') });
    expect(again.page.status).toBe(422);
    expect(again.page.body).toContain('intern@example.org');
    expect((await again.press({ username: 'intern', ...both(PASSWORD) })).status).toBe(303);
    expect(await people()).toMatchObject([{ username: 'intern', role: 'user' }]);
  });

  it('reset links set the password of their own account', async () => {
    await test.person('ada', 'user', 'ada@example.org');
    await test.person('bea', 'user', 'bea@example.org');
    const ada = await Tab.open(browser, await forgotten('ada@example.org'));
    const bea = await Tab.open(browser, await forgotten('bea@example.org'));
    const again = await ada.go({ password: NEW, password_again: OTHER });
    expect(again.page.status).toBe(422);
    expect((await again.press(both(NEW))).status).toBe(303);
    expect([await canSignIn('ada', NEW), await canSignIn('bea', PASSWORD)]).toEqual([true, true]);
    expect((await bea.press(both(OTHER))).status).toBe(303);
    expect([await canSignIn('ada', NEW), await canSignIn('bea', OTHER)]).toEqual([true, true]);
  });

  it('registrations are both finished in the browser they came from, each with its own password', async () => {
    const people = { ada: NEW, bea: OTHER };
    for (const [username, password] of Object.entries(people))
      await browser.post('/register', { username, email: `${username}@example.org`, ...both(password) });
    const ada = await Tab.open(browser, (await mailTo(test, 'ada@example.org', /Confirm/)).link);
    const bea = await Tab.open(browser, (await mailTo(test, 'bea@example.org', /Confirm/)).link);
    for (const tab of [ada, bea]) expect(tab.page.body).not.toContain('name="password"');
    expect((await ada.press()).location).toBe('/welcome');
    // Who is signed in by then stays who they are.
    expect((await bea.press()).location).toBe('/login?done=verified');
    for (const [username, password] of Object.entries(people))
      expect(await canSignIn(username, password)).toBe(true);
    expect([...browser.cookies.keys()].filter(name => name.includes('registration'))).toEqual([]);
  });

  it('a changed address and a registration are confirmed apart', async () => {
    await test.person('ada', 'user', 'ada@example.org');
    await (await test.signedIn()).postForm('/account/email', { email: 'ada@new.example' });
    await browser.post('/register', { username: 'bea', email: 'bea@example.org', ...both(NEW) });
    const change = await Tab.open(browser, (await mailTo(test, 'ada@new.example', /Confirm/)).link);
    const register = await Tab.open(browser, (await mailTo(test, 'bea@example.org', /Confirm/)).link);
    expect((await change.press()).location).toBe('/login?done=address');
    expect(await people()).toMatchObject([{ username: 'ada', email: 'ada@new.example' }]);
    const page = await register.reload();
    expect(page.page.body).not.toContain('name="password"');
    expect((await page.press()).location).toBe('/welcome');
  });

  it('"this was not me" closes the account of its own mail', async () => {
    const links: string[] = [];
    for (const name of ['ada', 'bea']) {
      await test.person(name, 'user', `${name}@example.org`);
      for (let turn = 0; turn < 2; turn++) await test.signedIn(name);
      links.push((await mailTo(test, `${name}@example.org`, /New sign-in/)).link);
    }
    const [ada, bea] = [await Tab.open(browser, links[0]!), await Tab.open(browser, links[1]!)];
    expect((await ada.press()).status).toBe(303);
    expect([await canSignIn('ada', PASSWORD), await canSignIn('bea', PASSWORD)]).toEqual([false, true]);
    expect((await bea.press()).status).toBe(303);
    expect(await canSignIn('bea', PASSWORD)).toBe(false);
  });
});

describe('the page of a mailed link', () => {
  let link: string;
  beforeEach(async () => {
    await test.person('ada', 'user', 'ada@example.org');
    link = await forgotten('ada@example.org');
  });
  const token = () => link.split('token=')[1]!;

  it('says nowhere what the token is', async () => {
    const tab = await Tab.open(browser, link);
    expect(tab.page.status).toBe(200);
    expect(`${tab.address}${tab.page.body}`).not.toContain(token());
    const again = await tab.go({ password: NEW, password_again: OTHER });
    expect(`${again.address}${again.page.body}`).not.toContain(token());
  });

  it('is there after a reload, and once more where the link is opened twice', async () => {
    const [one, two] = [await Tab.open(browser, link), await Tab.open(browser, link)];
    expect([(await one.reload()).page.status, (await two.reload()).page.status]).toEqual([200, 200]);
    expect(waiting()).toHaveLength(1);
    expect((await one.press(both(NEW))).status).toBe(303);
    expectUnknown(await two.press(both(OTHER)));
    expectUnknown((await two.reload()).page);
    expect((await Tab.open(browser, link)).page.status).toBe(410);
    expect(await canSignIn('ada', NEW)).toBe(true);
  });

  it('says that a link is over in other words than that this browser does not know it', async () => {
    expect((await (await Tab.open(browser, link)).press(both(NEW))).status).toBe(303);
    const over = await Tab.open(browser, link);
    expect(over.page.body).toContain('It has already been used');
    expect(over.page.body).not.toContain(ONCE_MORE);
    expect(over.page.body).toContain('href="/forgot"');
    const unknown = (await Tab.open(browser, '/reset')).page;
    expectUnknown(unknown);
    expect(unknown.body).not.toContain('It has already been used');
  });

  it.each([
    ['/reset', '/forgot'],
    ['/verify', '/verify/again'],
    ['/not-me', '/forgot'],
  ])(
    'says that it knows nothing of a link, and no reason that may be untrue, in another browser: %s',
    async (page, help) => {
      for (const address of [page, `${page}?link=${'a'.repeat(16)}`]) {
        const { status, body } = await browser.get(address);
        expect(status).toBe(410);
        expect(body).toContain('this browser does not know the link');
        expect(body).toContain(ONCE_MORE);
        expect(body).not.toMatch(/expired|too old|been used|half an hour|a newer/i);
        expect(body).toContain(`href="${help}"`);
      }
    },
  );

  it.each([
    ['/verify', '/verify/again'],
    ['/not-me', '/forgot'],
  ])('offers what helps where the link of %s is over', async (page, help) => {
    const { body } = (await Tab.open(browser, `${page}?token=${'a'.repeat(43)}`)).page;
    expect(body).toContain('It has already been used');
    expect(body).not.toContain(ONCE_MORE);
    expect(body).toContain(`href="${help}"`);
  });

  it.each([
    ['no handle', () => null],
    ['an empty one', () => ''],
    ['one of another link', (other: Tab) => Object.values(other.hidden)[0]!],
    ['the token itself', () => token()],
    ['one with a line break', (_: Tab, own: string) => `${own}\r\nx`],
    ['one too long', (_: Tab, own: string) => `${own}A`],
    ['one too short', (_: Tab, own: string) => own.slice(1)],
    ['one that is no name of a cookie', () => '=;=;=;=;=;=;=;=;'],
    ['one that reaches into a prototype', () => '__proto__'],
  ])('does nothing for a form with %s, and says what to do', async (_what, made) => {
    const invitation = await Tab.open(browser, await invited('boss@example.org', 'admin'));
    const tab = await Tab.open(browser, link);
    const [[name, own] = ['', '']] = Object.entries(tab.hidden);
    expect(own).not.toBe('');
    const handle = made(invitation, own);
    const fields = { ...both(NEW), ...(handle === null ? {} : { [name]: handle }) };
    expectUnknown(await browser.post('/reset', fields));
    const json = await browser.post('/reset', fields, { accept: 'application/json' });
    expect([json.status, json.headers['content-type']]).toEqual([
      410,
      'application/problem+json; charset=utf-8',
    ]);
    expect(JSON.parse(json.body)).toMatchObject({ detail: expect.stringContaining(ONCE_MORE) as string });
    expect(await canSignIn('ada', PASSWORD)).toBe(true);
    expect((await tab.press(both(NEW))).status).toBe(303);
  });

  it('does nothing for a form that carries its handle twice', async () => {
    const tab = await Tab.open(browser, link);
    const once = new URLSearchParams({ ...tab.hidden, ...both(NEW) }).toString();
    const twice = `${once}&${new URLSearchParams(tab.hidden).toString()}`;
    expect((await browser.post('/reset', twice)).status).toBe(400);
    expect(await canSignIn('ada', PASSWORD)).toBe(true);
  });

  it('does nothing once its cookie is gone, however the browser came to lose it', async () => {
    const tab = await Tab.open(browser, link);
    for (const name of waiting()) browser.cookies.delete(name);
    expectUnknown(await tab.press(both(NEW)));
    expectUnknown((await tab.reload()).page);
    expect(await canSignIn('ada', PASSWORD)).toBe(true);
    expect((await (await Tab.open(browser, link)).press(both(NEW))).status).toBe(303);
  });

  it('does nothing with the cookie of another link under the name of its own', async () => {
    await test.person('bea', 'user', 'bea@example.org');
    const tab = await Tab.open(browser, link);
    const [own = ''] = waiting();
    await Tab.open(browser, await forgotten('bea@example.org'));
    const [, other = ''] = waiting();
    browser.cookies.set(own, browser.cookies.get(other)!);
    expectUnknown(await tab.press(both(NEW)));
    expect([await canSignIn('ada', PASSWORD), await canSignIn('bea', PASSWORD)]).toEqual([true, true]);
  });

  it('does nothing with a cookie that a version without handles left', async () => {
    browser.cookies.set('gatehouse-link-reset', token());
    expectUnknown((await Tab.open(browser, '/reset')).page);
    expectUnknown(await browser.post('/reset', both(NEW)));
    expect(await canSignIn('ada', PASSWORD)).toBe(true);
  });

  it('keeps the four links of its kind that were opened last, each for thirty minutes', async () => {
    const links = [link];
    for (const name of ['bea', 'cyd', 'dee', 'eva']) {
      await test.person(name, 'user', `${name}@example.org`);
      links.push(await forgotten(`${name}@example.org`));
    }
    const invitation = await Tab.open(browser, await invited('boss@example.org'));
    const tabs: Tab[] = [];
    for (const each of links.slice(0, 4)) tabs.push(await Tab.open(browser, each));
    const again = await Tab.open(browser, links[0]!);
    const last = await browser.get(links[4]!);
    expect(last.setCookies.filter(line => line.includes('Max-Age=1800'))).toHaveLength(1);
    expect(last.setCookies.filter(line => line.includes('Max-Age=0'))).toHaveLength(1);
    expect(waiting()).toHaveLength(5);
    expectUnknown(await tabs[1]!.press(both(NEW)));
    expect(await canSignIn('bea', PASSWORD)).toBe(true);
    for (const tab of [again, tabs[2]!, tabs[3]!]) expect((await tab.press(both(NEW))).status).toBe(303);
    for (const name of ['ada', 'cyd', 'dee']) expect(await canSignIn(name, NEW)).toBe(true);
    expect(waiting()).toHaveLength(2);
    expect((await invitation.reload()).page.status).toBe(200);
  });

  it('is unknown after somebody signed out in this browser, because that takes the cookies of links', async () => {
    const tab = await Tab.open(browser, link);
    expect((await browser.signIn('ada', PASSWORD)).status).toBe(303);
    await browser.postForm('/logout');
    expect(waiting()).toEqual([]);
    expectUnknown(await tab.press(both(NEW)));
  });

  it('names its cookie by the start of what the database knows of the token', async () => {
    await Tab.open(browser, link);
    expect(waiting()).toEqual([`gatehouse-link-reset-${digestOf(token()).slice(0, 16)}`]);
    expect((await mailsOf(test)).length).toBeGreaterThan(0);
  });
});
