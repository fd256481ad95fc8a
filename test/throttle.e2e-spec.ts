import { AuditLog } from '../src/audit/audit-log.js';
import { minutes, seconds } from '../src/kernel/durations.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Answer, Visitor } from './support/visitor.js';

/** Behind a trusted proxy, so that a test can come from any address. */
const BEHIND_PROXY = { TRUST_PROXY: 'loopback' };

describe('the sign-in throttle', () => {
  let test: TestApp;

  beforeEach(async () => {
    test = await TestApp.start(BEHIND_PROXY);
    await test.person('ada', 'user', 'ada@example.org');
  });
  afterEach(() => test.close());

  const tryFrom = (
    ip: string,
    username: string,
    password: string,
    visitor: Visitor = test.visitor(),
  ): Promise<Answer> => visitor.insist('/login', { username, password }, { 'x-forwarded-for': ip });

  async function failFrom(ip: string, username: string, times: number): Promise<number[]> {
    const statuses: number[] = [];
    for (let i = 0; i < times; i++) statuses.push((await tryFrom(ip, username, 'wrong')).status);
    return statuses;
  }

  it('refuses an address that guesses at an account, the right password included, and says when to come back', async () => {
    expect(await failFrom('192.0.2.1', 'ada', 5)).toEqual([422, 422, 422, 422, 422]);
    const refused = await tryFrom('192.0.2.1', 'ada', PASSWORD);
    expect([refused.status, refused.headers['retry-after'], refused.setCookies]).toEqual([429, '30', []]);
    expect(refused.body).toContain('Too many attempts. Try again in 30 seconds.');
    expect(refused.body).toContain('value="ada"');
    test.clock.pass(seconds(30));
    expect((await tryFrom('192.0.2.1', 'ada', PASSWORD)).status).toBe(303);
  });

  it('doubles the wait with every further failure', async () => {
    await failFrom('192.0.2.1', 'ada', 5);
    for (const wait of ['30', '60', '120', '240']) {
      expect((await tryFrom('192.0.2.1', 'ada', 'wrong')).headers['retry-after']).toBe(wait);
      test.clock.pass(seconds(Number(wait)));
      expect((await tryFrom('192.0.2.1', 'ada', 'wrong')).status).toBe(422);
    }
  });

  it('answers for a name that nobody has as it does for one that somebody has', async () => {
    const known = await failFrom('192.0.2.1', 'ada', 6);
    const unknown = await failFrom('192.0.2.2', 'nobody', 6);
    expect(unknown).toEqual(known);
  });

  it('counts every spelling of a name as one', async () => {
    await failFrom('192.0.2.1', 'ada', 3);
    await failFrom('192.0.2.1', 'ADA', 1);
    await failFrom('192.0.2.1', 'ａｄａ', 1);
    expect((await tryFrom('192.0.2.1', ' ⓐda', 'wrong')).status).toBe(429);
    await failFrom('192.0.2.9', 'Nobody', 5);
    expect((await tryFrom('192.0.2.9', 'ｎＯBODY', 'wrong')).status).toBe(429);
  });

  it('tells nobody that a username and an e-mail address are one account', async () => {
    expect(await failFrom('192.0.2.1', 'ada', 6)).toEqual([422, 422, 422, 422, 422, 429]);
    const address = await failFrom('192.0.2.1', 'Ada@Example.ORG', 6);
    expect(address).toEqual([422, 422, 422, 422, 422, 429]);
    expect(await failFrom('192.0.2.2', 'ada', 1)).toEqual([422]);
    // Nor when its owner comes in under one of them: what was counted against the other stays.
    test.clock.pass(seconds(30));
    expect((await tryFrom('192.0.2.1', 'ada', PASSWORD)).status).toBe(303);
    expect(await failFrom('192.0.2.1', 'ada@example.org', 2)).toEqual([422, 429]);
  });

  it('counts both of them against the account, which is a wrong password to everybody once it is used up', async () => {
    for (let i = 0; i < 20; i++) await failFrom(`192.0.2.${i}`, i % 2 ? 'ada' : 'ada@example.org', 1);
    for (const login of ['ada', 'ada@example.org']) {
      const answer = await tryFrom('203.0.113.1', login, PASSWORD);
      expect([answer.status, answer.headers['retry-after'], answer.setCookies]).toEqual([422, undefined, []]);
      expect(answer.body).toContain('Invalid username or password');
    }
    await test.get(AuditLog).settled();
    expect(test.log.events('authn_login_fail_max')).toMatchObject([
      { reason: 'account' },
      { reason: 'account' },
    ]);
    // Such attempts count against what was typed like any other failure, and do not make the account wait longer.
    expect(await failFrom('203.0.113.1', 'ada', 5)).toEqual([422, 422, 422, 422, 429]);
    test.clock.pass(seconds(5));
    expect((await tryFrom('203.0.113.2', 'ada', PASSWORD)).status).toBe(303);
  });

  it('lets a signed-in person confirm their password whatever strangers do to the account and from their address', async () => {
    const owner = test.visitor();
    await tryFrom('198.51.100.1', 'ada', PASSWORD, owner);
    const _csrf = await owner.csrf();
    owner.cookies.delete('gatehouse-device');
    for (let i = 0; i < 20; i++) await failFrom(`192.0.2.${i}`, 'ada', 1);
    for (let i = 0; i < 25; i++) await failFrom('198.51.100.1', `name${i % 6}`, 1);
    const confirm = (password: string) =>
      owner.post('/confirm', { password, _csrf }, { 'x-forwarded-for': '198.51.100.1' });
    expect((await confirm(PASSWORD)).status).toBe(303);
  });

  it('gives a session ten guesses at the password of its person, and no more', async () => {
    const thief = test.visitor();
    await tryFrom('198.51.100.1', 'ada', PASSWORD, thief);
    const _csrf = await thief.csrf();
    thief.cookies.delete('gatehouse-device');
    const statuses: number[] = [];
    for (let i = 0; i < 11; i++) {
      const from = { 'x-forwarded-for': `192.0.2.${i}` };
      statuses.push((await thief.post('/confirm', { password: 'a guess', _csrf }, from)).status);
    }
    expect(statuses).toEqual([...Array<number>(10).fill(422), 429]);
  });

  it('forgets the failures of a pair when it succeeds', async () => {
    await failFrom('192.0.2.1', 'ada', 4);
    expect((await tryFrom('192.0.2.1', 'ada', PASSWORD)).status).toBe(303);
    expect(await failFrom('192.0.2.1', 'ada', 5)).toEqual([422, 422, 422, 422, 422]);
  });

  it('refuses an address that tries many accounts', async () => {
    for (let i = 0; i < 20; i++) await failFrom('192.0.2.1', `person${i}`, 1);
    expect((await tryFrom('192.0.2.1', 'ada', PASSWORD)).status).toBe(429);
    expect((await tryFrom('192.0.2.2', 'ada', PASSWORD)).status).toBe(303);
    test.clock.pass(minutes(1));
    expect((await tryFrom('192.0.2.1', 'ada', PASSWORD)).status).toBe(303);
  });

  it('counts a /64 as one address, and a mapped IPv4 address as itself', async () => {
    await failFrom('2001:db8:0:1::1', 'ada', 3);
    await failFrom('2001:0db8:0000:0001:ffff::2', 'ada', 2);
    expect((await tryFrom('2001:db8:0:1:9::9', 'ada', 'wrong')).status).toBe(429);
    expect((await tryFrom('2001:db8:0:2::1', 'ada', 'wrong')).status).toBe(422);
    await failFrom('::ffff:192.0.2.7', 'ada', 3);
    await failFrom('192.0.2.7', 'ada', 2);
    expect((await tryFrom('::ffff:192.0.2.7', 'ada', 'wrong')).status).toBe(429);
  });

  it('slows down many machines that guess at one account, and leaves its known device alone', async () => {
    const owner = test.visitor();
    expect((await tryFrom('198.51.100.1', 'ada', PASSWORD, owner)).status).toBe(303);
    for (let i = 0; i < 20; i++) await failFrom(`192.0.2.${i}`, 'ada', 1);
    expect((await tryFrom('203.0.113.1', 'ada', PASSWORD)).status).toBe(422);
    expect((await tryFrom('192.0.2.1', 'ada', PASSWORD, owner)).status).toBe(303);
  });

  it('gives a known device a budget of its own, which ends too', async () => {
    const owner = test.visitor();
    await tryFrom('198.51.100.1', 'ada', PASSWORD, owner);
    for (let i = 0; i < 10; i++)
      expect((await tryFrom('198.51.100.1', 'ada', 'wrong', owner)).status).toBe(422);
    expect((await tryFrom('198.51.100.1', 'ada', PASSWORD, owner)).status).toBe(429);
    expect((await tryFrom('198.51.100.1', 'ada', PASSWORD)).status).toBe(303);
  });

  it('takes a forged or foreign device cookie for none', async () => {
    await test.person('eve');
    const eve = test.visitor();
    await tryFrom('192.0.2.66', 'eve', PASSWORD, eve);
    for (let i = 0; i < 20; i++) await failFrom(`192.0.2.${i}`, 'ada', 1);
    expect((await tryFrom('192.0.2.66', 'ada', PASSWORD, eve)).status).toBe(422);
    eve.cookies.set('gatehouse-device', `${'A'.repeat(22)}.${'B'.repeat(22)}`);
    expect((await tryFrom('192.0.2.66', 'ada', PASSWORD, eve)).status).toBe(422);
  });

  it('lets exactly what the budget has left through when many come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => tryFrom('192.0.2.1', 'ada', 'wrong')));
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(15);
  });

  it('keeps its counts in the store, without the names that were tried', async () => {
    await failFrom('192.0.2.1', 'hunter2-typed-as-a-name', 1);
    const counts = await test.stored.attempts();
    expect(counts).toHaveLength(4);
    expect(counts.join()).not.toMatch(/hunter2|192\.0\.2/);
  });
});

describe('an X-Forwarded-For that nobody vouches for', () => {
  it('changes nothing: the counts stay with the address of the connection', async () => {
    const test = await TestApp.start();
    const wrong = (i: number) =>
      test
        .visitor()
        .post('/login', { username: 'nobody', password: 'wrong' }, { 'x-forwarded-for': `192.0.2.${i}` });
    const statuses = [];
    for (let i = 0; i < 6; i++) statuses.push((await wrong(i)).status);
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429]);
    await test.close();
  });
});
