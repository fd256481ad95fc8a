import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sweeper } from '../src/database/sweeper.js';
import { days } from '../src/kernel/durations.js';
import { PASSWORD, TestApp } from './support/test-app.js';

/** One case for each fault of the usual "session management with Express" tutorial. */
describe('what the tutorial gets wrong', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await TestApp.start();
    await test.person('Ada');
    await test.person('Grace');
  });
  afterAll(() => test.close());

  const rows = async () => (await test.stored.sessions()).length;

  it('keeps no session in a variable that requests share', async () => {
    const [ada, grace] = [await test.signedIn('Ada'), await test.signedIn('Grace')];
    const pages = await Promise.all(
      Array.from({ length: 20 }, (_, turn) => (turn % 2 === 0 ? ada : grace).get('/welcome')),
    );
    const names = pages.map(({ body }) => /Welcome, (\w+)/.exec(body)?.[1]);
    expect(names).toEqual(Array.from({ length: 20 }, (_, turn) => (turn % 2 === 0 ? 'Ada' : 'Grace')));
    expect((await test.visitor().get('/welcome')).status).toBe(303);
  });

  it.each([
    '/package.json',
    '/src/main.ts',
    '/dist/main.js',
    '/data/session-secret',
    '/data/data-key',
    '/.env',
    '/views/auth/login.hbs',
  ])('does not serve its own folder: %s', async path => {
    const answer = await test.visitor().get(path);
    expect(answer.status).toBe(404);
    expect(answer.body).not.toMatch(/"dependencies"|NestFactory|\{\{/);
  });

  it('lets no static index stand in front of the pages', async () => {
    const ada = await test.signedIn('Ada');
    const front = await ada.get('/');
    expect([front.status, front.location]).toEqual([303, '/welcome']);
    expect((await ada.get('/index.html')).status).toBe(404);
    expect((await test.visitor().get('/')).body).toContain('name="password"');
  });

  it('makes no session and no cookie for visitors, robots and failed attempts', async () => {
    const before = await rows();
    const visitor = test.visitor();
    const answers = [
      await visitor.get('/'),
      await visitor.get('/login?return_to=%2Fwelcome'),
      await visitor.get('/welcome'),
      await visitor.get('/robots.txt', { 'user-agent': 'Robot/1.0' }),
      await visitor.get('/health/ready'),
      await visitor.signIn('Ada', 'wrong'),
      await visitor.signIn('nobody', 'wrong'),
      await visitor.post('/logout'),
    ];
    expect(answers.slice(0, -1).flatMap(({ setCookies }) => setCookies)).toEqual([]);
    expect(visitor.cookies.size).toBe(0);
    expect(await rows()).toBe(before);
  });

  it('gives a new id at every sign-in', async () => {
    const visitor = await test.signedIn('Ada');
    const first = visitor.cookies.get('gatehouse');
    await visitor.signIn('Ada', PASSWORD);
    expect(visitor.cookies.get('gatehouse')).toEqual(expect.any(String));
    expect(visitor.cookies.get('gatehouse')).not.toBe(first);
  });

  it('has no secret in its code: each installation makes its own, readable by its user alone', async () => {
    const file = join(test.dataDir, 'session-secret');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8').trim()).toMatch(/^[\w-]{43}$/);
    const visitor = await test.signedIn('Ada');
    const id = decodeURIComponent(visitor.cookies.get('gatehouse') ?? '').slice(2, 45);
    for (const secret of ['secret', 'keyboard cat', 'ssshhhhh', 'mysecret', 'your-secret-key', '']) {
      const seal = createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '');
      const forger = test.visitor();
      forger.cookies.set('gatehouse', encodeURIComponent(`s:${id}.${seal}`));
      expect((await forger.get('/session')).status).toBe(401);
    }
  });

  it('writes neither the session nor its cookie nor a password into the log', async () => {
    test.log.lines.length = 0;
    const visitor = await test.signedIn('Ada');
    const csrf = await visitor.csrf();
    const cookie = visitor.cookies.get('gatehouse') ?? '';
    const id = decodeURIComponent(cookie).slice(2, 45);
    await visitor.signIn('Grace', 'a wrong password');
    await visitor.post('/logout', { _csrf: 'not-the-token' });
    await visitor.postForm('/logout');
    const log = JSON.stringify(test.log.lines);
    expect(log).toContain('authn_login_success');
    for (const secret of [id, cookie, csrf, PASSWORD, 'a wrong password', 'not-the-token'])
      expect(log).not.toContain(secret);
  });

  it.each(['cross-site', 'same-site'])('signs nobody out by a link on a %s page', async site => {
    const visitor = await test.signedIn('Ada');
    const answer = await visitor.get('/logout', { 'sec-fetch-site': site });
    expect(answer.setCookies).toEqual([]);
    expect((await visitor.get('/session')).status).toBe(200);
  });

  it('limits attempts', async () => {
    const statuses: number[] = [];
    for (let turn = 0; turn < 7; turn++) {
      const answer = await test.visitor().signIn('limited', `guess ${turn}`);
      statuses.push(answer.status);
      if (answer.status === 429) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429, 429]);
  });

  it('gives cookies that other sites and scripts cannot use', async () => {
    // `Secure` and `__Host-` follow from an https PUBLIC_URL: test/attacks/behind-tls.e2e-spec.ts.
    const { setCookies } = await test.visitor().signIn('Ada', PASSWORD);
    expect(setCookies.some(line => line.startsWith('gatehouse='))).toBe(true);
    for (const line of setCookies) expect(line).toMatch(/; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  it('calls its cookie signed, not encrypted: there is nothing in it but a random id', async () => {
    const values = await Promise.all(
      ['Ada', 'Ada', 'Grace'].map(async name => (await test.signedIn(name)).cookies.get('gatehouse') ?? ''),
    );
    const ids = values.map(value => /^s:([\w-]{43})\.[\w+/]{43}$/.exec(decodeURIComponent(value))?.[1]);
    expect(ids.every(id => id !== undefined)).toBe(true);
    expect(new Set(ids).size).toBe(3);
    const stored = JSON.stringify(await test.stored.sessions());
    for (const id of ids) expect(stored).not.toContain(id);
  });
});

describe('sessions in memory', () => {
  it('are not: they outlive a restart, and do not pile up', async () => {
    const DATA_DIR = mkdtempSync(join(tmpdir(), 'gatehouse-restart-'));
    const first = await TestApp.start({ DATA_DIR });
    await first.person('Ada');
    const visitor = await first.signedIn('Ada');
    await first.close();
    const second = await TestApp.start({ DATA_DIR });
    const returning = second.visitor();
    for (const [name, value] of visitor.cookies) returning.cookies.set(name, value);
    expect((await returning.get('/welcome')).body).toContain('Welcome, Ada');
    second.clock.pass(days(31));
    expect((await returning.get('/session')).status).toBe(401);
    await second.get(Sweeper).sweep();
    // Redis sweeps by its own clock, which no test moves.
    const left = second.stores.kind.includes('redis') ? 1 : 0;
    expect(await second.stored.sessions()).toHaveLength(left);
    await second.close();
    rmSync(DATA_DIR, { recursive: true, force: true });
  });
});
