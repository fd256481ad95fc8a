import { minutes } from '../src/kernel/durations.js';
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
async function askForLink(): Promise<string> {
  const before = (await mailsOf(test)).map(mail => mail.link);
  expect((await test.visitor().post('/forgot', { email: MAIL })).status).toBe(303);
  const sent = (await mailsOf(test)).filter(mail => mail.to === MAIL && mail.link.startsWith('/reset?'));
  return sent.map(mail => mail.link).find(link => !before.includes(link))!;
}

const reset = (visitor: Visitor, password = NEW, again = password): Promise<Answer> =>
  visitor.post('/reset', { password, password_again: again });

const canSignIn = async (password: string) =>
  (await test.visitor().signIn('ada', password, {})).status === 303;

describe('a reset link', () => {
  it('is good for thirty minutes', async () => {
    const visitor = await opened(test, await askForLink());
    test.clock.pass(minutes(30) - 1);
    expect((await visitor.get('/reset')).status).toBe(200);
    test.clock.pass(1);
    expect((await visitor.get('/reset')).status).toBe(410);
    expect((await reset(visitor)).status).toBe(410);
    expect(await canSignIn(PASSWORD)).toBe(true);
  });

  it('is used once, and opened as often as anybody likes', async () => {
    const link = await askForLink();
    for (let turn = 0; turn < 3; turn++) {
      await test.visitor().send('HEAD', link);
      await (await opened(test, link)).send('HEAD', '/reset');
      expect((await (await opened(test, link)).get('/reset')).status).toBe(200);
    }
    expect((await reset(await opened(test, link))).status).toBe(303);
    expect((await (await opened(test, link)).get('/reset')).status).toBe(410);
    expect((await reset(await opened(test, link), 'nine loud geese parade')).status).toBe(410);
    expect(await canSignIn(NEW)).toBe(true);
  });

  it('is void as soon as a newer one is sent', async () => {
    const [older, newer] = [await askForLink(), await askForLink()];
    expect((await reset(await opened(test, older))).status).toBe(410);
    expect((await reset(await opened(test, newer))).status).toBe(303);
  });

  it('dies when the password changes', async () => {
    const link = await askForLink();
    const ada = await test.signedIn();
    const fields = { current_password: PASSWORD, password: NEW, password_again: NEW };
    expect((await ada.postForm('/account/password', fields)).status).toBe(303);
    expect((await reset(await opened(test, link), 'nine loud geese parade')).status).toBe(410);
  });

  it('dies when the address changes', async () => {
    const link = await askForLink();
    const ada = await test.signedIn();
    await ada.postForm('/account/email', { email: 'ada@new.example' });
    const change = await mailTo(test, 'ada@new.example', /Confirm/);
    expect((await (await opened(test, change.link)).post('/verify')).status).toBe(303);
    expect((await reset(await opened(test, link))).status).toBe(410);
  });

  it('dies when the account is disabled', async () => {
    const link = await askForLink();
    await test.sql('UPDATE users SET disabled_at = 1 WHERE id = $1', [adaId]);
    expect((await reset(await opened(test, link))).status).toBe(410);
  });

  it('opens nothing but a reset, and nothing else opens one', async () => {
    const link = await askForLink();
    for (const page of ['/verify', '/invite', '/not-me']) {
      const visitor = await opened(test, link.replace('/reset', page));
      expect([page, (await visitor.get(page)).status]).toEqual([page, 410]);
      const fields = { username: 'eve', password: NEW, password_again: NEW };
      const { status } = await visitor.post(page, page === '/invite' ? fields : {});
      expect([page, status]).toEqual([page, 410]);
    }
    await test.visitor().post('/register', {
      username: 'bea',
      email: 'bea@example.org',
      password: PASSWORD,
      password_again: PASSWORD,
    });
    const other = (await mailTo(test, 'bea@example.org', /Confirm/)).link.replace('/verify', '/reset');
    expect((await reset(await opened(test, other))).status).toBe(410);
    expect((await reset(await opened(test, link))).status).toBe(303);
  });

  it.each(['', 'null', 'a'.repeat(43), `${'a'.repeat(43)}%0d%0aSet-Cookie:x=y`, 'a&token=b', '%00'])(
    'is not %j',
    async token => {
      const visitor = await opened(test, `/reset?token=${token}`);
      expect((await reset(visitor)).status).toBe(410);
      expect([...visitor.cookies.keys()]).not.toContain('x');
    },
  );

  it('lets one of twenty parallel resets win', async () => {
    const visitor = await opened(test, await askForLink());
    const passwords = Array.from({ length: 20 }, (_, n) => `${NEW} number ${n}`);
    const answers = await Promise.all(
      passwords.map(password => visitor.copy().insist('/reset', { password, password_again: password })),
    );
    const won = passwords.filter((_, n) => answers[n]!.status === 303);
    expect(won).toHaveLength(1);
    expect(await canSignIn(won[0]!)).toBe(true);
    expect((await mailsOf(test)).filter(({ subject }) => subject.includes('was changed'))).toHaveLength(1);
  });

  it('leaves its token in no row, log line, page or address', async () => {
    const link = await askForLink();
    const token = link.split('token=')[1]!;
    const visitor = test.visitor();
    const swapped = await visitor.get(link);
    expect(swapped.setCookies).toEqual([
      expect.stringMatching(/HttpOnly.*SameSite=Lax|SameSite=Lax.*HttpOnly/),
    ]);
    expect(swapped.setCookies[0]).toContain('Max-Age=1800');
    const page = await visitor.get('/reset');
    expect(page.headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'same-origin' });
    const done = await reset(visitor);
    const over = await visitor.get('/reset');
    for (const { body, location } of [swapped, page, done, over])
      expect(`${body}${location}`).not.toContain(token);
    for (const table of ['one_time_tokens', 'mails', 'audit_events']) {
      expect(JSON.stringify(await test.sql(`SELECT * FROM ${table}`))).not.toContain(token);
    }
    expect(JSON.stringify(test.log.lines)).not.toContain(token);
    expect([...visitor.cookies.values()]).not.toContain(token);
  });
});
