import { seconds } from '../src/kernel/durations.js';
import { PASSWORD, TestApp } from './support/test-app.js';

const PRODUCTION = { NODE_ENV: 'production' };

/** The code that the start-up log prints. */
function codeIn({ log }: TestApp): string {
  const text = log.lines.map(({ message }) => String(message)).join('\n');
  return /Open http:\/\/localhost:4000\/setup and enter the code ([\w-]{22})(?![\w-])/.exec(text)?.[1] ?? '';
}

describe('/setup in production, while nobody has an account', () => {
  let test: TestApp;
  let good: Record<string, string>;
  beforeAll(async () => {
    test = await TestApp.start(PRODUCTION);
    good = { code: codeIn(test), username: 'Root', password: PASSWORD, password_again: PASSWORD };
  });
  afterAll(() => test.close());
  const setUp = (changes: Record<string, string> = {}, headers = {}) =>
    test.visitor().post('/setup', { ...good, ...changes }, headers);

  it('shows a form that says where the code is', async () => {
    const page = await test.visitor().get('/setup');
    expect(page.status).toBe(200);
    expect(page.body).toContain('The code is in the server’s log');
    expect(page.body).not.toContain(good['code']);
    for (const name of ['code', 'username', 'email', 'password', 'password_again'])
      expect(page.body).toContain(`name="${name}"`);
    expect(page.body.match(/autocomplete="new-password"/g)).toHaveLength(2);
    expect(page.body).toMatch(/<noscript>[^]*name="password_again"[^]*<\/noscript>/);
  });

  it.each([
    ['the wrong code', { code: 'x'.repeat(20) }, /^That is not the code\./],
    ['no code', { code: '' }, /^That is not the code\./],
    ['two different passwords', { password_again: `${PASSWORD}!` }, /^The two passwords do not match\./],
    [
      'everything wrong at once',
      { code: '', username: '', password: '' },
      /^That is not the code\..*Choose a username.*Choose a password.*The two/,
    ],
    ['a bad username', { username: 'ro ot' }, /^A username can have letters/],
    ['no username', { username: '' }, /^Choose a username of 2 to 64 characters\./],
    ['a bad address', { email: 'root@' }, /^Check this address/],
    [
      'a short password',
      { password: 'short', password_again: 'short' },
      /^That is too short\. Use at least 15 /,
    ],
    [
      'a common password',
      { password: 'passwordpassword', password_again: 'passwordpassword' },
      /^That is one of the first passwords an attacker would try\./,
    ],
    [
      'a password made of the name',
      { username: 'rowena', password: 'rowena-rowena-2026', password_again: 'rowena-rowena-2026' },
      /^That is one of the first passwords/,
    ],
    [
      'too long a password',
      { password: 'kx7 '.repeat(33), password_again: 'kx7 '.repeat(33) },
      /^That is too long\. Use at most 128 characters\./,
    ],
  ])('answers 422 to %s and says what to do', async (_, changes, sentence) => {
    const answer = await setUp(changes, { accept: 'application/json' });
    expect([answer.status, answer.headers['content-type']]).toEqual([
      422,
      'application/problem+json; charset=utf-8',
    ]);
    expect((JSON.parse(answer.body) as { detail: string }).detail).toMatch(sentence);
    const page = await setUp(changes);
    expect([page.status, page.headers['content-type']]).toEqual([422, 'text/html; charset=utf-8']);
    expect(page.body).toMatch(/aria-invalid="true"/);
    expect(await test.sql('SELECT 1 FROM users')).toEqual([]);
  });

  it('keeps what was typed, but no password', async () => {
    const typed = { username: 'ada "l"', email: 'ada@example.org', password: 'my secret words' };
    const { body } = await setUp(typed);
    expect(body).toContain(`value="${good['code']}"`);
    expect(body).toContain('value="ada &quot;l&quot;"');
    expect(body).toContain('value="ada@example.org"');
    expect(body).not.toContain('my secret words');
    expect(body).not.toContain(PASSWORD);
  });

  it('takes a field too few or too many for no form of ours', async () => {
    const { username: _, ...few } = good;
    expect((await test.visitor().post('/setup', few)).status).toBe(400);
    expect((await setUp({ role: 'user' })).status).toBe(400);
  });

  it('is closed to other sites', async () => {
    expect((await setUp({}, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect(await test.sql('SELECT 1 FROM users')).toEqual([]);
  });

  it('makes the first account, an administrator’s, for one of many who try at once', async () => {
    const answers = await Promise.all(
      [...Array(8).keys()].map(n => test.visitor().insist('/setup', { ...good, username: `root${n}` })),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([303, ...Array<number>(7).fill(404)]);
    expect(answers.find(({ status }) => status === 303)?.location).toBe('/login?done=setup');
    const people = await test.sql<{ username: string; role: string }>('SELECT username, role FROM users');
    expect(people).toEqual([{ username: expect.stringMatching(/^root\d$/) as string, role: 'admin' }]);
    expect((await test.visitor().signIn(people[0]?.username ?? '', PASSWORD)).status).toBe(303);
    expect(test.log.events('user_created')).toHaveLength(1);
  });

  it('is closed afterwards, also to the code', async () => {
    expect((await test.visitor().get('/setup')).status).toBe(404);
    expect((await setUp({ username: 'second' })).status).toBe(404);
    expect(await test.sql('SELECT 1 FROM users')).toHaveLength(1);
  });
});

describe('wrong set-up codes', () => {
  let test: TestApp;
  beforeEach(async () => (test = await TestApp.start({ ...PRODUCTION, TRUST_PROXY: 'loopback' })));
  afterEach(() => test.close());

  const setUp = (code: string, ip = '192.0.2.1') => {
    const fields = { code, username: 'root', password: PASSWORD, password_again: PASSWORD };
    return test.visitor().post('/setup', fields, { 'x-forwarded-for': ip });
  };

  it('are slowed down from one network address, the right one after them too, and not from another', async () => {
    for (let turn = 0; turn < 10; turn++) expect((await setUp(`guess ${turn}`)).status).toBe(422);
    for (const code of ['one more', codeIn(test)]) {
      const over = await setUp(code);
      expect([over.status, over.headers['retry-after']]).toEqual([429, '30']);
      expect(over.body).toContain('Too many codes have been tried. Try again in 30 seconds.');
    }
    expect((await setUp('x', '192.0.2.2')).status).toBe(422);
    test.clock.pass(seconds(30));
    expect((await setUp(codeIn(test))).status).toBe(303);
  });

  it('are forgotten once the right one came', async () => {
    for (let turn = 0; turn < 9; turn++) await setUp(`guess ${turn}`);
    const fields = { code: codeIn(test), username: 'ro ot', password: PASSWORD, password_again: PASSWORD };
    await test.visitor().post('/setup', fields, { 'x-forwarded-for': '192.0.2.1' });
    for (let turn = 0; turn < 10; turn++) expect((await setUp(`guess ${turn}`)).status).toBe(422);
  });
});

describe('/setup elsewhere', () => {
  let test: TestApp;
  afterEach(() => test.close());

  it('takes the code in whatever space it was copied with, and an address', async () => {
    test = await TestApp.start(PRODUCTION);
    const fields = { code: ` ${codeIn(test)}\n`, username: 'root', email: 'root@example.org' };
    const answer = await test
      .visitor()
      .post('/setup', { ...fields, password: PASSWORD, password_again: PASSWORD });
    expect(answer.status).toBe(303);
    expect((await test.visitor().signIn('root@example.org', PASSWORD)).status).toBe(303);
  });

  it('does not exist while developing', async () => {
    test = await TestApp.start();
    expect((await test.visitor().get('/setup')).status).toBe(404);
    expect(codeIn(test)).toBe('');
  });

  it('is not spoken of once somebody has an account', async () => {
    const first = await TestApp.start(PRODUCTION);
    await first.person('root');
    const file = first.config.dataDir;
    await first.app.close();
    test = await TestApp.start({ ...PRODUCTION, DATA_DIR: file });
    expect(codeIn(test)).toBe('');
    expect((await test.visitor().get('/setup')).status).toBe(404);
    await first.close();
  });

  it('has the same code on every node that shares the session secret, and another with another secret', async () => {
    const secret = { SESSION_SECRET: 'a-secret-that-many-nodes-share-with-each-other' };
    const codes: string[] = [];
    for (const environment of [secret, secret, {}]) {
      test = await TestApp.start({ ...PRODUCTION, ...environment });
      codes.push(codeIn(test));
      if (codes.length < 3) await test.close();
    }
    expect(codes[0]).toBe(codes[1]);
    expect(new Set(codes).size).toBe(2);
  });
});
