import { hours } from '../src/kernel/durations.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Answer } from './support/visitor.js';

const REFUSAL = 'Invalid username or password';

const sessionCookies = (answer: Answer) =>
  answer.setCookies.filter(line => /^(__Host-)?gatehouse=/.test(line));

describe('a sign-in that is refused', () => {
  let test: TestApp;
  const rows = async () => (await test.stored.sessions()).length;

  beforeAll(async () => {
    test = await TestApp.start();
    await test.person('Ada');
    await test.person('closed');
    await test.person('empty');
    await test.sql("UPDATE users SET disabled_at = 1 WHERE username_key = 'closed'");
    await test.sql("UPDATE users SET password_hash = NULL WHERE username_key = 'empty'");
  });
  afterAll(() => test.close());
  // Failures of one test do not slow down the next.
  afterEach(() => test.clock.pass(hours(25)));

  it('is a 422 with the form: the name stays, the password does not; no session, no cookie', async () => {
    const before = await rows();
    const answer = await test
      .visitor()
      .signIn('Ada<b>', 'my wrong password', { remember: 'on', return_to: '/notes' });
    expect([answer.status, sessionCookies(answer)]).toEqual([422, []]);
    expect(answer.body).toContain(REFUSAL);
    expect(answer.body).toContain('value="Ada&lt;b&gt;"');
    expect(answer.body).toMatch(/name="remember" value="on" checked/);
    expect(answer.body).toContain('name="return_to" value="/notes"');
    expect(answer.body).not.toContain('my wrong password');
    expect(await rows()).toBe(before);
  });

  it('is problem+json where JSON is asked for', async () => {
    const fields = { username: 'ada', password: 'wrong' };
    const answer = await test.visitor().post('/login', fields, { accept: 'application/json' });
    expect([answer.status, answer.headers['content-type']]).toEqual([
      401,
      'application/problem+json; charset=utf-8',
    ]);
    expect(JSON.parse(answer.body)).toMatchObject({ status: 401, detail: `${REFUSAL}.` });
  });

  it.each([
    ['last character', `${PASSWORD.slice(0, -1)}x`],
    ['case', PASSWORD.toUpperCase()],
    ['space before', ` ${PASSWORD}`],
    ['space after', `${PASSWORD} `],
    ['end after a NUL byte', `${PASSWORD}\0x`],
    ['length', PASSWORD.slice(0, -1)],
  ])('comes where only the %s differs', async (_, password) => {
    expect((await test.visitor().signIn('ada', password)).status).toBe(422);
  });

  it.each([
    ['', PASSWORD],
    ['ada', ''],
    ['', ''],
    ['ada\0', PASSWORD],
    ["' OR '1'='1", PASSWORD],
    ['ada%', PASSWORD],
    ['@', PASSWORD],
  ])('comes to %j with %j', async (username, password) => {
    expect((await test.visitor().signIn(username, password)).status).toBe(422);
  });

  it('tells nothing of who exists: words, status and headers are the same', async () => {
    const attempts = [
      ['ada', 'wrong'],
      ['nobody', 'wrong'],
      ['nobody@example.org', 'wrong'],
      ['closed', PASSWORD],
      ['empty', PASSWORD],
    ] as const;
    const answers = new Set<string>();
    for (const [username, password] of attempts) {
      const { status, headers, body } = await test.visitor().signIn(username, password);
      const same = { ...headers, date: '', 'content-length': '' };
      const text = JSON.stringify([status, same, body]).replaceAll(/nonce-?(=.")?[\w-]{22}/g, 'nonce');
      const ofThisPage = text.replaceAll(/name=.{2}_csrf.{2} value=.{2}[\w-]{22}/g, 'once');
      answers.add(ofThisPage.replaceAll(`value=\\"${username}\\"`, 'value'));
    }
    expect([...answers]).toHaveLength(1);
  });

  it('stands in the log with its reason, which the answer does not give', async () => {
    test.log.lines.length = 0;
    for (const name of ['ada', 'nobody', 'closed']) await test.visitor().signIn(name, 'wrong');
    expect(test.log.events('authn_login_fail').map(event => [event['outcome'], event['reason']])).toEqual([
      ['failure', 'password'],
      ['failure', 'unknown'],
      ['failure', 'disabled'],
    ]);
  });
});

describe('a login form that is not as it should be', () => {
  let test: TestApp;
  const good = { username: 'ada', password: PASSWORD };

  beforeAll(async () => {
    test = await TestApp.start();
    await test.person('ada');
  });
  afterAll(() => test.close());

  it.each([
    ['without a password', 'username=ada'],
    ['without a name', `password=${PASSWORD}`],
    ['empty', ''],
    ['with a name twice', 'username=ada&username=eve&password=x'],
    ['with an array', 'username[]=ada&password=x'],
    ['with an object', 'username[a]=ada&password=x'],
    ['with a field nobody asked for', 'username=ada&password=x&role=admin'],
    ['with a prototype', 'username=ada&password=x&__proto__=x'],
    ['with a broken percent sign', 'username=ada&password=%'],
    ['with broken UTF-8', 'username=ada&password=%c3%28'],
  ])('is a 400: %s', async (_, body) => {
    const answer = await test.visitor().post('/login', body);
    expect([answer.status, answer.setCookies]).toEqual([400, []]);
  });

  it('is a 400 where name and password stand in the address', async () => {
    const answer = await test.visitor().post(`/login?${new URLSearchParams(good)}`, '');
    expect([answer.status, answer.setCookies]).toEqual([400, []]);
  });

  it.each([
    'application/json',
    'multipart/form-data; boundary=x',
    'text/plain',
    'application/x-www-form-urlencoded; charset=utf-16',
  ])('is a 415 as %s', async type => {
    const body = type === 'application/json' ? JSON.stringify(good) : new URLSearchParams(good).toString();
    const answer = await test.visitor().post('/login', body, { 'content-type': type });
    expect([answer.status, answer.setCookies]).toEqual([415, []]);
  });

  it('is a 413 above 4 kB', async () => {
    const answer = await test.visitor().signIn('ada', 'x'.repeat(4096));
    expect([answer.status, answer.setCookies]).toEqual([413, []]);
  });
});

describe('over https', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await TestApp.start({ PUBLIC_URL: 'https://login.example.com', TRUST_PROXY: 'loopback' });
    await test.person('ada');
  });
  afterAll(() => test.close());
  const origin = { origin: 'https://login.example.com' };

  it('the session cookie is a __Host- cookie for TLS only, whatever the proxy says', async () => {
    for (const proxy of [{}, { 'x-forwarded-proto': 'http' }, { 'x-forwarded-proto': 'https' }]) {
      const visitor = test.visitor();
      const fields = { username: 'ada', password: PASSWORD };
      const answer = await visitor.post('/login', fields, { ...origin, ...proxy });
      expect(sessionCookies(answer)).toEqual([
        expect.stringMatching(
          /^__Host-gatehouse=[^;]+; Max-Age=86400; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
        ),
      ]);
      expect((await visitor.get('/welcome')).status).toBe(200);
    }
  });

  it('a cookie of the plain name opens nothing', async () => {
    const visitor = test.visitor();
    await visitor.post('/login', { username: 'ada', password: PASSWORD }, origin);
    visitor.cookies.set('gatehouse', visitor.cookies.get('__Host-gatehouse') ?? '');
    visitor.cookies.delete('__Host-gatehouse');
    expect((await visitor.get('/welcome')).status).toBe(303);
  });
});
