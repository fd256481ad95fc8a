import { seconds } from '../src/kernel/durations.js';
import { mailTo } from './support/outbox.js';
import { Tab } from './support/tab.js';
import { PASSWORD, TestApp } from './support/test-app.js';

let test: TestApp;
beforeAll(async () => {
  test = await TestApp.start({ TRUST_PROXY: 'loopback' });
});
afterAll(() => test.close());

let people = 0;
async function somebody(): Promise<{ name: string }> {
  const name = `ada${++people}`;
  await test.person(name, 'user', `${name}@example.org`);
  return { name };
}

describe('cookies that are blocked', () => {
  it('are what the sign-in form speaks of when somebody is back there at once', async () => {
    const { name } = await somebody();
    for (const return_to of ['', '/account']) {
      const visitor = test.visitor();
      const answer = await visitor.signIn(name, PASSWORD, { return_to });
      visitor.cookies.clear();
      const sent = await visitor.get(answer.location!);
      const { body } = await visitor.get(sent.location!);
      expect(body).toContain('Allow cookies for this site');
      expect(body).toContain('name="password"');
      expect(sent.setCookies).toEqual([]);
    }
  });

  it('are told from the page that was left, where another process sees the next one', async () => {
    const sent = await test.visitor().get('/account/close', { referer: `${test.visitor().origin}/login` });
    const { body } = await test.visitor().get(sent.location!, { referer: `${test.visitor().origin}/login` });
    expect(body).toContain('Allow cookies for this site');
  });

  it('are not spoken of to others', async () => {
    test.clock.pass(seconds(11));
    const { name } = await somebody();
    await test.signedIn(name);
    const page = '/login?return_to=%2Fwelcome';
    const answers = [
      await test.visitor().get('/login?return_to=%2Faccount'),
      await test.visitor().get(page, { 'user-agent': 'another' }),
      await test.visitor().get(page, { 'x-forwarded-for': '192.0.2.9' }),
      await test.visitor().get('/login'),
    ];
    const known = test.visitor();
    known.cookies.set('gatehouse-device', 'x');
    answers.push(await known.get(page), await known.get(page, { referer: `${test.visitor().origin}/login` }));
    test.clock.pass(seconds(11));
    answers.push(await test.visitor().get(page));
    for (const { body } of answers) expect(body).not.toContain('Allow cookies');
  });
});

describe('what was done on another page', () => {
  it.each([
    ['address', 'Your new address is confirmed.'],
    ['verified', 'Your address is confirmed.'],
    ['reset', 'Your new password has been set.'],
    ['forgot', 'Check your mail: if that address belongs to an account, a link is on its way.'],
  ])('is told also to somebody who is signed in: %s', async (done, sentence) => {
    const { name } = await somebody();
    const visitor = await test.signedIn(name);
    const sent = await visitor.get(`/login?done=${done}`, { 'sec-fetch-site': 'same-origin' });
    expect(sent.location).toBe('/welcome');
    expect(/role="status"[^>]*><p>([^<]*)</.exec((await visitor.get('/welcome')).body)?.[1]).toBe(sentence);
    expect((await visitor.get('/welcome')).body).not.toContain('role="status"');
  });

  it('is told on the page they go on to, after a changed address', async () => {
    const { name } = await somebody();
    const visitor = await test.signedIn(name);
    await visitor.postForm('/account/email', { email: `${name}@new.example` });
    const tab = await Tab.open(visitor, (await mailTo(test, `${name}@new.example`, /Confirm/)).link);
    const { page } = await tab.go();
    expect(page.status).toBe(200);
    expect(page.body).toContain('Your new address is confirmed.');
  });

  it('is no text of a link on another site, nor of a key that nobody has', async () => {
    const { name } = await somebody();
    const visitor = await test.signedIn(name);
    await visitor.get('/login?done=reset', { 'sec-fetch-site': 'cross-site' });
    for (const key of ['ended', 'closed', 'x', '__proto__']) await visitor.get(`/login?done=${key}`);
    expect((await visitor.get('/welcome')).body).not.toContain('role="status"');
  });
});
