import { mailsOf, mailTo } from './support/outbox.js';
import { Tab } from './support/tab.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const NEW = 'seven calm otters drift';
const both = (password: string) => ({ password, password_again: password });
const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' };

let test: TestApp;
let browser: Visitor;
beforeAll(async () => {
  test = await TestApp.start();
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

/** What the form carries on a page that a version before has made: it had no secret of its own. */
function oldForm({ hidden: { _csrf = '', _owner, ...fields } }: Tab): Record<string, string> {
  return _owner === undefined ? fields : { ...fields, _csrf, _owner: _owner.split('.')[0]! };
}

describe('two clicks that reach two processes, on a page of a version before', () => {
  let other: TestApp;
  beforeAll(async () => {
    other = await TestApp.start({ DATA_DIR: test.dataDir });
  });
  afterAll(() => other.app.close());

  const elsewhere = (visitor: Visitor): Visitor => {
    const twin = other.visitor();
    for (const [name, value] of visitor.cookies) twin.cookies.set(name, value);
    return twin;
  };

  it('sign in with one notice, and whichever session the browser keeps, signing out ends both', async () => {
    for (const kept of [0, 1]) {
      const { name, mail, id } = await somebody();
      await test.signedIn(name);
      await test.stored.clearSessions();
      const before = await mailsTo(mail);
      const tabs = [test.visitor(), other.visitor()];
      const fields = { username: name, password: PASSWORD };
      const answers = await Promise.all(tabs.map(tab => tab.insist('/login', fields, BROWSER)));
      expect(answers.map(({ location }) => location)).toEqual(['/welcome', '/welcome']);
      // Either process may have it under way.
      await mailsOf(other);
      expect(await mailsTo(mail)).toBe(before + 1);
      const signedIn = tabs[kept]!;
      expect((await signedIn.get('/welcome', BROWSER)).status).toBe(200);
      expect((await signedIn.postForm('/logout')).status).toBe(303);
      expect(await sessionsOf(id)).toEqual([]);
    }
  });

  it('are told that the first has worked, and led on', async () => {
    const { name, mail } = await somebody();
    await browser.post('/forgot', { email: mail });
    const tab = await Tab.open(browser, (await mailTo(test, mail, /Set a new password/)).link);
    const second = elsewhere(browser);
    const fields = { ...oldForm(tab), ...both(NEW) };
    expect((await browser.post('/reset', fields, BROWSER)).location).toBe('/welcome');
    const answer = await second.post('/reset', fields, BROWSER);
    expect(answer.body).toContain('If you pressed the button twice');
    expect(answer.body).toContain('href="/login"');
    expect((await test.visitor().signIn(name, NEW)).status).toBe(303);
  });

  it('go on where the first leads, with the session that is there meanwhile', async () => {
    const { name } = await somebody();
    browser = await test.signedIn(name);
    const tab = await Tab.open(browser, '/confirm?return_to=%2Faccount%2Femail');
    const second = elsewhere(browser);
    const fields = { ...oldForm(tab), password: PASSWORD };
    expect((await browser.post('/confirm', fields, BROWSER)).location).toBe('/account/email');
    const referer = `${browser.origin}/confirm?return_to=%2Faccount%2Femail`;
    const answer = await second.post('/confirm', fields, { ...BROWSER, referer });
    // The browser has the cookie that the first one's answer brought.
    const next = await elsewhere(browser).get(answer.location!);
    expect([next.status, next.location]).toEqual([303, '/account/email']);
  });
});
