import { mailTo } from '../support/outbox.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

const MAIL = 'ada@example.org';

describe('a cookie without Secure', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await TestApp.start({ PUBLIC_URL: 'https://login.example.com' });
    await test.person('Ada', 'user', MAIL);
  });
  afterAll(() => test.close());

  const OURS = { origin: 'https://login.example.com' };

  it('is never sent where people come by TLS, not even to take it away', async () => {
    const visitor = test.visitor();
    const come = await visitor.post('/login', { username: 'Ada', password: PASSWORD }, OURS);
    const token = await visitor.csrf();
    const go = await visitor.post('/logout', { _csrf: token }, OURS);
    expect([come.status, go.status]).toEqual([303, 303]);
    const lines = [...come.setCookies, ...go.setCookies];
    expect(lines.some(line => line.startsWith('__Host-gatehouse='))).toBe(true);
    for (const line of lines) {
      expect(line).toMatch(/^__Host-/);
      expect(line).toMatch(
        /; Path=\/; HttpOnly; Secure; SameSite=Lax$|; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
      );
      expect(line).not.toMatch(/; ?domain/i);
    }
  });

  it('is not what a mailed link goes by there', async () => {
    const visitor = test.visitor();
    await visitor.post('/forgot', { email: MAIL }, OURS);
    const { link } = await mailTo(test, MAIL, /Set a new password/);
    const { location, setCookies } = await visitor.get(link);
    expect(setCookies).toEqual([
      expect.stringMatching(
        /^__Host-gatehouse-link-reset-[\w-]{16}=.*; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
      ),
    ]);
    expect((await visitor.get(location!)).status).toBe(200);
    for (const [name, value] of visitor.cookies) visitor.cookies.set(name.replace('__Host-', ''), value);
    for (const name of visitor.cookies.keys()) if (name.startsWith('__Host-')) visitor.cookies.delete(name);
    expect((await visitor.get(location!)).status).toBe(410);
  });

  it('opens nothing there, right as its id and its signature are', async () => {
    const visitor = test.visitor();
    await visitor.post('/login', { username: 'Ada', password: PASSWORD }, OURS);
    const thief = test.visitor();
    thief.cookies.set('gatehouse', visitor.cookies.get('__Host-gatehouse') ?? '');
    expect([(await visitor.get('/session')).status, (await thief.get('/session')).status]).toEqual([
      200, 401,
    ]);
  });

  it('is not got by an origin that only lacks the s of https', async () => {
    const plain = { origin: 'http://login.example.com', 'sec-fetch-site': null };
    const answer = await test.visitor().post('/login', { username: 'Ada', password: PASSWORD }, plain);
    expect([answer.status, answer.setCookies]).toEqual([403, []]);
  });
});
