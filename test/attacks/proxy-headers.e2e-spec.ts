import { minutes } from '../../src/kernel/durations.js';
import { TestApp } from '../support/test-app.js';

/** Everything by which a request can claim to come from elsewhere or to go somewhere else. */
const CLAIMS = {
  host: 'evil.test',
  'x-forwarded-host': 'evil.test',
  'x-forwarded-proto': 'https',
  'x-forwarded-port': '443',
  'x-forwarded-for': '203.0.113.66',
  'x-forwarded-prefix': '/evil',
  'x-real-ip': '203.0.113.66',
  'x-client-ip': '203.0.113.66',
  'true-client-ip': '203.0.113.66',
  'cf-connecting-ip': '203.0.113.66',
  forwarded: 'for=203.0.113.66;host=evil.test;proto=https',
  'x-original-url': '/session',
  'x-rewrite-url': '/session',
  'x-original-host': 'evil.test',
  'remote-user': 'Grace',
  'x-remote-user': 'Grace',
  'x-forwarded-user': 'Grace',
  authorization: 'Basic R3JhY2U6Zm91ciBxdWlldCBoZXJvbnMgd2FkZQ==',
};

const ipOf = async (test: TestApp) => (await test.stored.sessions())[0]?.ip;

describe('headers that a proxy would set, from somebody who is no proxy of ours', () => {
  let test: TestApp;

  beforeAll(async () => {
    // In production: only there is no hint of a demo account, which a request through a proxy does not get.
    test = await TestApp.start({ NODE_ENV: 'production' });
    await test.person('Ada');
    await test.person('Grace');
  });
  beforeEach(() => test.stored.clearSessions());
  afterAll(() => test.close());

  it('change nothing of what a visitor gets', async () => {
    const plain = (text: string) => text.replaceAll(/nonce(-|=")[\w-]+|"_csrf" value="[\w-]+/g, 'nonce');
    for (const path of ['/', '/login?return_to=%2Fx', '/welcome', '/session', '/nowhere']) {
      const [honest, liar] = [await test.visitor().get(path), await test.visitor().get(path, CLAIMS)];
      expect([path, liar.status, liar.location]).toEqual([path, honest.status, honest.location]);
      if (liar.status === 200) expect(plain(liar.body)).toBe(plain(honest.body));
      expect(JSON.stringify([liar.headers, liar.body])).not.toMatch(/evil\.test|\/evil|203\.0\.113/);
    }
  });

  it('neither sign anybody in nor make anybody else of somebody', async () => {
    expect((await test.visitor().get('/session', CLAIMS)).status).toBe(401);
    const ada = await test.signedIn('Ada');
    const answer = await ada.get('/session', CLAIMS);
    expect(JSON.parse(answer.body).user.username).toBe('Ada');
  });

  it('stand in no session, no cookie and no log as where the person is', async () => {
    const visitor = test.visitor();
    const { host: _, ...claims } = CLAIMS;
    const fields = { username: 'Ada', password: 'four quiet herons wade' };
    const answer = await visitor.post('/login', fields, claims);
    expect([answer.status, answer.location]).toEqual([303, '/welcome']);
    for (const line of answer.setCookies) expect(line).not.toMatch(/; ?domain|evil\.test|\/evil|; ?secure/i);
    expect(await ipOf(test)).toBe('127.0.0.1');
    expect(JSON.stringify(test.log.lines)).not.toContain('203.0.113.66');
  });

  it('do not give a guesser a new budget each time', async () => {
    const statuses: number[] = [];
    for (let turn = 0; turn < 7; turn++) {
      const spoofed = { 'x-forwarded-for': `203.0.113.${turn}`, 'x-real-ip': `203.0.113.${turn}` };
      const fields = { username: 'Grace', password: `guess ${turn}` };
      statuses.push((await test.visitor().post('/login', fields, spoofed)).status);
    }
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429, 429]);
  });

  it('do not make a foreign origin this site’s own', async () => {
    const headers = { host: 'evil.test', origin: 'http://evil.test', 'sec-fetch-site': null };
    expect((await test.visitor().post('/login', { username: 'Ada', password: 'x' }, headers)).status).toBe(
      403,
    );
  });
});

describe('X-Forwarded-For from a proxy that is trusted', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await TestApp.start({ TRUST_PROXY: 'loopback' });
    await test.person('Ada');
  });
  beforeEach(() => test.stored.clearSessions());
  afterAll(() => test.close());

  it.each([
    ['198.51.100.7', '198.51.100.7'],
    ['203.0.113.66, 198.51.100.7', '198.51.100.7'],
    ['127.0.0.1, 198.51.100.7', '198.51.100.7'],
    ['198.51.100.7, 127.0.0.1', '198.51.100.7'],
    ['2001:db8::7', '2001:db8::7'],
    ['::ffff:198.51.100.7', '198.51.100.7'],
    ['', '127.0.0.1'],
    ['unknown', '127.0.0.1'],
    ['127.evil', '127.0.0.1'],
    ['198.51.100.7:4711', '198.51.100.7'],
    ['203.0.113.66, 198.51.100.7:4711', '198.51.100.7'],
    ['198.51.100.7:4711, 127.0.0.1:80', '198.51.100.7'],
    ['[2001:db8::7]:443', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['2001:DB8:0:0::7', '2001:db8::7'],
    ['[::ffff:198.51.100.7]:443', '198.51.100.7'],
    ['::ffff:c633:6407', '198.51.100.7'],
    ['fe80::7%eth0', 'fe80::7'],
    ['203.0.113.66, unknown', '127.0.0.1'],
    ['203.0.113.66, _hidden', '127.0.0.1'],
    ['203.0.113.66, ', '127.0.0.1'],
    ['203.0.113.66, unknown, 127.0.0.2', '127.0.0.2'],
    [', 198.51.100.7', '198.51.100.7'],
    ['198.51.100.7:99999', '127.0.0.1'],
    ['[198.51.100.7]:443', '127.0.0.1'],
    ['[2001:db8::7', '127.0.0.1'],
    ['[2001:db8::7]evil', '127.0.0.1'],
    ['198.51.100.7:', '127.0.0.1'],
    ['<svg onload=1>', '127.0.0.1'],
    ['a'.repeat(5000), '127.0.0.1'],
    ["'; DROP TABLE sessions;--", '127.0.0.1'],
  ])('%.40s is %s', async (header, ip) => {
    const fields = { username: 'Ada', password: 'four quiet herons wade' };
    const { status } = await test.visitor().post('/login', fields, { 'x-forwarded-for': header });
    expect([status, await ipOf(test)]).toEqual([303, ip]);
  });

  it('may be very long', async () => {
    const header = `${'203.0.113.66, '.repeat(900)}198.51.100.7:4711`;
    const fields = { username: 'Ada', password: 'four quiet herons wade' };
    await test.visitor().post('/login', fields, { 'x-forwarded-for': header });
    expect(await ipOf(test)).toBe('198.51.100.7');
  });

  const fail = (header: string) =>
    test.visitor().post('/login', { username: 'Ada', password: 'wrong' }, { 'x-forwarded-for': header });

  it('with a port is one person each, whatever the port: their wrong passwords slow down nobody else', async () => {
    const statuses: number[] = [];
    for (let turn = 0; turn < 6; turn++) statuses.push((await fail(`198.51.100.9:${5000 + turn}`)).status);
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429]);
    expect((await fail('198.51.100.10:5000')).status).toBe(422);
  });

  it('that nobody can read is one line a minute, short and without what could move a terminal’s cursor', async () => {
    test.clock.pass(minutes(1));
    test.log.lines.length = 0;
    const header = `203.0.113.66, \u009b2J${'x'.repeat(300)}, 127.0.0.3`;
    for (let turn = 0; turn < 3; turn++) await test.visitor().get('/login', { 'x-forwarded-for': header });
    const entry = `2J${'x'.repeat(98)}`;
    expect(test.log.events('sys_forwarded_for_unreadable')).toEqual([
      { event: 'sys_forwarded_for_unreadable', ip: '127.0.0.3', entry },
    ]);
    test.clock.pass(minutes(1));
    await test.visitor().get('/login', { 'x-forwarded-for': 'unknown' });
    expect(test.log.events('sys_forwarded_for_unreadable')).toMatchObject([
      { entry },
      { ip: '127.0.0.1', entry: 'unknown' },
    ]);
  });

  it('is no line where everything can be read, or where nothing is said', async () => {
    test.clock.pass(minutes(1));
    test.log.lines.length = 0;
    for (const header of [null, '', '198.51.100.7:4711', 'unknown, 198.51.100.7'])
      await test.visitor().get('/login', { 'x-forwarded-for': header });
    expect(test.log.events('sys_forwarded_for_unreadable')).toEqual([]);
  });
});

describe('X-Forwarded-For where hops are trusted by their number', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await TestApp.start({ TRUST_PROXY: '2' });
    await test.person('Ada');
  });
  beforeEach(() => test.stored.clearSessions());
  afterAll(() => test.close());

  it.each([
    ['203.0.113.66, 198.51.100.7:4711, [2001:db8::1]:443', '198.51.100.7'],
    ['203.0.113.66, 198.51.100.7:4711, unknown', '198.51.100.7'],
    ['203.0.113.66, unknown, [2001:db8::1]:443', '2001:db8::1'],
    ['203.0.113.66, unknown, ', '127.0.0.1'],
    ['198.51.100.7:4711', '198.51.100.7'],
  ])('%s is %s', async (header, ip) => {
    const fields = { username: 'Ada', password: 'four quiet herons wade' };
    const { status } = await test.visitor().post('/login', fields, { 'x-forwarded-for': header });
    expect([status, await ipOf(test)]).toEqual([303, ip]);
  });
});
