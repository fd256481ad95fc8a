import { opened } from './support/mailed-link.js';
import { mailsOf, mailTo } from './support/outbox.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Answer, Visitor } from './support/visitor.js';

const NEW = 'seven calm otters drift';
const MAIL = 'ada@example.org';

let test: TestApp;
let adaId: string;
beforeEach(async () => {
  test = await TestApp.start({ TRUST_PROXY: 'loopback' });
  adaId = await test.person('ada', 'user', MAIL);
});
afterEach(() => test.close());

/** Asks for a link and takes it out of the mail. */
async function askForLink(headers: Record<string, string> = {}): Promise<string> {
  const before = (await mailsOf(test)).map(mail => mail.link);
  expect((await test.visitor().post('/forgot', { email: MAIL }, headers)).status).toBe(303);
  const sent = (await mailsOf(test)).filter(mail => mail.to === MAIL && mail.link.startsWith('/reset?'));
  return sent.map(mail => mail.link).find(link => !before.includes(link))!;
}

const reset = (visitor: Visitor, password = NEW, again = password): Promise<Answer> =>
  visitor.post('/reset', { password, password_again: again });

const canSignIn = async (password: string) =>
  (await test.visitor().signIn('ada', password, {})).status === 303;

describe('a forgotten password', () => {
  it('leads from the form through the mail to a new one, and in', async () => {
    const ada = test.visitor();
    expect((await ada.get('/login')).body).toContain('href="/forgot"');
    expect((await ada.get('/forgot')).status).toBe(200);
    const asked = await ada.post('/forgot', { email: MAIL });
    expect([asked.status, asked.location]).toEqual([303, '/login?done=forgot']);
    expect((await ada.get('/login?done=forgot')).body).toContain('Check your mail');
    const { link, text } = await mailTo(test, MAIL, /Set a new password/);
    expect(text).toContain('because your account has this address');
    await opened(test, link, ada);
    expect((await ada.get('/reset')).body).toContain('name="password_again"');
    expect((await reset(ada)).location).toBe('/welcome');
    expect((await ada.get('/welcome')).status).toBe(200);
    expect(await canSignIn(PASSWORD)).toBe(false);
    expect(await canSignIn(NEW)).toBe(true);
    expect((await mailTo(test, MAIL, /password was changed/)).text).toContain('/not-me?token=');
  });

  it('changes nothing of the account before a valid token is posted', async () => {
    const session = await test.signedIn();
    const account = () => test.sql('SELECT * FROM users WHERE id = $1', [adaId]);
    const before = await account();
    const visitor = await opened(test, await askForLink());
    await visitor.get('/reset');
    expect((await reset(visitor, 'short')).status).toBe(422);
    expect((await reset(visitor, NEW, PASSWORD)).status).toBe(422);
    expect((await reset(test.visitor())).status).toBe(410);
    expect(await account()).toEqual(before);
    expect((await session.get('/welcome')).status).toBe(200);
    expect((await reset(visitor)).status).toBe(303);
  });

  it('ends every session of the person and of nobody else', async () => {
    await test.person('bea');
    const sessions = [await test.signedIn(), await test.signedIn('ada', { remember: 'on' })];
    const bea = await test.signedIn('bea');
    await reset(await opened(test, await askForLink()));
    for (const session of sessions) expect((await session.get('/welcome')).status).toBe(303);
    expect((await bea.get('/welcome')).status).toBe(200);
    expect(test.log.events('authn_password_change')).toMatchObject([{ userId: adaId, endedSessions: 2 }]);
  });

  it('is overcome although others have used up every attempt on the account', async () => {
    for (let turn = 0; turn < 20; turn++) {
      const from = { 'x-forwarded-for': `203.0.113.${Math.floor(turn / 4)}` };
      await test.visitor().post('/login', { username: 'ada', password: 'a guess' }, from);
    }
    expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(422);
    await reset(await opened(test, await askForLink()));
    expect((await test.visitor().signIn('ada', NEW)).status).toBe(303);
  });

  it('is overcome after too many wrong passwords of one’s own', async () => {
    for (let turn = 0; turn < 5; turn++) await test.visitor().signIn('ada', 'a guess');
    expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(429);
    await reset(await opened(test, await askForLink()));
    expect((await test.visitor().signIn('ada', NEW)).status).toBe(303);
  });

  it('is overcome after too many wrong passwords under both names of the account', async () => {
    for (const name of ['ada', MAIL]) {
      for (let turn = 0; turn < 5; turn++) await test.visitor().signIn(name, 'a guess');
      expect((await test.visitor().signIn(name, PASSWORD)).status).toBe(429);
    }
    await reset(await opened(test, await askForLink()));
    for (const name of ['ada', MAIL]) expect((await test.visitor().signIn(name, NEW)).status).toBe(303);
  });

  it('has links of this site alone, whatever host a request names', async () => {
    const evil = {
      host: 'evil.test',
      'x-forwarded-host': 'evil.test',
      'x-forwarded-proto': 'https',
      forwarded: 'host=evil.test',
    };
    await askForLink(evil);
    const mail = await mailTo(test, MAIL, /Set a new password/);
    expect(mail.raw).not.toContain('evil.test');
    expect(mail.text).toMatch(/^http:\/\/localhost:4000\/reset\?token=[\w-]{43}$/m);
  });
});
