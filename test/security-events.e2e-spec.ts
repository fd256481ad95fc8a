import { AuditLog } from '../src/audit/audit-log.js';
import { EVENT_NAMES, localOrigin } from '../src/audit/security-event.js';
import { Sweeper } from '../src/database/sweeper.js';
import { minutes } from '../src/kernel/durations.js';
import { PASSWORD, TestApp } from './support/test-app.js';

describe('a security event', () => {
  let test: TestApp;
  let ada: string;
  beforeAll(async () => {
    test = await TestApp.start();
    ada = await test.person('ada');
  });
  beforeEach(() => (test.log.lines.length = 0));
  afterAll(() => test.close());

  const signIn = (headers: Record<string, string>, username = 'ada') =>
    test.visitor().post('/login', { username, password: PASSWORD }, headers);

  it('says who did what, with which outcome, from where, and in which request', async () => {
    await signIn({ 'user-agent': 'A browser' });
    const common = { outcome: 'success', userId: ada, ip: '127.0.0.1', userAgent: 'A browser' };
    const requestId = expect.stringMatching(/^[\w-]{16}$/) as string;
    const session = expect.stringMatching(/^[\w-]{12}$/) as string;
    expect(test.log.events()).toEqual([
      { event: 'authn_login_success', ...common, requestId, session: null, method: 'pwd' },
      { event: 'session_created', ...common, requestId, session },
    ]);
    expect(new Set(test.log.events().map(event => event['requestId'])).size).toBe(1);
  });

  it('is a row of the table, with its time', async () => {
    await signIn({ 'user-agent': 'Another browser' });
    await test.get(AuditLog).settled();
    const rows = await test.sql(
      'SELECT event, outcome, user_id, ip, occurred_at FROM audit_events WHERE user_agent = $1 ORDER BY event',
      ['Another browser'],
    );
    const common = { outcome: 'success', user_id: ada, ip: '127.0.0.1', occurred_at: test.clock.now() };
    expect(rows).toEqual([
      { event: 'authn_login_success', ...common },
      { event: 'session_created', ...common },
    ]);
  });

  it('has one of the names that are documented', async () => {
    await signIn({});
    await signIn({}, 'nobody');
    await test.visitor().post('/login', {}, { 'sec-fetch-site': 'cross-site' });
    const names = test.log.events().map(({ event }) => String(event));
    expect(names).toEqual(expect.arrayContaining(['authn_login_fail', 'malicious_csrf']));
    expect(names.filter(name => !(EVENT_NAMES as readonly string[]).includes(name))).toEqual([]);
  });

  it('of what was refused says why, and at which address', async () => {
    await test.visitor().post('/login?token=secret', {}, { 'sec-fetch-site': 'cross-site' });
    expect(test.log.events()).toEqual([
      expect.objectContaining({
        event: 'malicious_csrf',
        outcome: 'refused',
        reason: 'source',
        method: 'POST',
        path: '/login',
      }),
    ]);
  });

  it('keeps what clients call themselves short and free of control characters', async () => {
    await signIn({ 'user-agent': `a\tb\u0085c\u00ad${'x'.repeat(600)}` });
    const [{ userAgent } = {}] = test.log.events();
    expect(userAgent).toMatch(/^a b[^\p{C}]+c[^\p{C}]+x+$/u);
    expect(userAgent).toHaveLength(512);
  });

  it('does not hold the name that somebody typed who has none, which may be a password', async () => {
    await signIn({}, 'my password by mistake\n{"event":"x"}');
    expect(test.log.events('authn_login_fail')).toHaveLength(1);
    expect(JSON.stringify(test.log.lines)).not.toContain('by mistake');
  });
});

describe('the table of events', () => {
  let test: TestApp;
  beforeEach(async () => {
    test = await TestApp.start({ TRUST_PROXY: 'loopback' });
    test.clock.pass(minutes(1));
  });
  afterEach(() => test.close());

  let senders = 0;
  /** A failed sign-in, from an address of its own, so that no throttle has a say. */
  const fail = (username: string) => {
    const from = { 'x-forwarded-for': `2001:db8:${(senders += 1).toString(16)}::1` };
    return test.visitor().post('/login', { username, password: 'wrong' }, from);
  };
  const forge = () => test.visitor().post('/login', {}, { 'sec-fetch-site': 'cross-site' });
  const times = async (count: number, work: () => Promise<unknown>) => {
    for (let turn = 0; turn < count; turn++) await work();
  };
  const rowsOf = async (event: string, userId?: string) => {
    await test.get(AuditLog).settled();
    const rows = await test.sql<{ user_id: string | null; facts: string; outcome: string }>(
      'SELECT user_id, facts, outcome FROM audit_events WHERE event = $1',
      [event],
    );
    return rows.filter(({ user_id }) => userId === undefined || user_id === userId);
  };

  it('has a person’s failed sign-ins, whatever junk of other kinds comes in the same minute', async () => {
    const ada = await test.person('ada');
    await times(100, forge);
    await times(5, () => fail('ada'));
    expect(await rowsOf('authn_login_fail', ada)).toHaveLength(5);
    expect((await rowsOf('malicious_csrf')).length).toBeLessThanOrEqual(60);
  });

  it('keeps no more of an address than any of ours has, whatever was sent', async () => {
    const path = `/account/devices/${'a'.repeat(50_000)}/end`;
    await test.visitor().post(path, {}, { 'sec-fetch-site': 'cross-site' });
    const [row] = await rowsOf('malicious_csrf');
    expect(JSON.parse(row?.facts ?? '')).toEqual({
      ...{ reason: 'source', method: 'POST' },
      path: path.slice(0, 200),
    });
    expect(test.log.events('malicious_csrf')).toEqual([
      expect.objectContaining({ path: path.slice(0, 200) }) as object,
    ]);
  });

  it('has them beside junk of the same kind about nobody, and about another account', async () => {
    const [ada, eve] = [await test.person('ada'), await test.person('eve')];
    await times(61, () => fail(`nobody${senders}`));
    // Over the wire the throttle would have its say; here it is the table's.
    const about = { event: 'authn_login_fail', outcome: 'failure', session: null } as const;
    for (let turn = 0; turn < 200; turn++)
      test.get(AuditLog).record({ ...about, userId: eve }, localOrigin('test'));
    await times(5, () => fail('ada'));
    expect(await rowsOf('authn_login_fail', ada)).toHaveLength(5);
    expect((await rowsOf('authn_login_fail')).length).toBeLessThanOrEqual(60);
  });

  it('has at least one of each account while a flood is about many, and never more than it can bear', async () => {
    const ada = await test.person('ada');
    const record = (userId: string) =>
      test
        .get(AuditLog)
        .record(
          { event: 'authn_login_fail_max', outcome: 'refused', userId, session: null },
          localOrigin('test'),
        );
    for (let account = 0; account < 50; account++)
      for (let turn = 0; turn < 50; turn++) record(`account ${account}`);
    record(ada);
    expect(await rowsOf('authn_login_fail_max', ada)).toHaveLength(1);
    for (let account = 0; account < 1000; account++) record(`another ${account}`);
    expect((await rowsOf('authn_login_fail_max')).length).toBeLessThanOrEqual(120);
  });

  it('says in one row and one line of the log what was left out', async () => {
    await times(35, forge);
    await times(32, () => fail(`nobody${senders}`));
    expect(await rowsOf('sys_audit_shortened')).toEqual([]);
    test.clock.pass(minutes(1));
    await forge();
    await forge();
    const facts = { leftOut: 7, kinds: 'malicious_csrf 5, authn_login_fail 2' };
    expect(test.log.events('sys_audit_shortened')).toMatchObject([facts]);
    const rows = await rowsOf('sys_audit_shortened');
    expect(rows.map(row => JSON.parse(row.facts) as unknown)).toEqual([facts]);
    expect(await rowsOf('malicious_csrf')).toHaveLength(32);
  });

  it('says so also where nothing else comes, and when the server stops', async () => {
    await times(31, forge);
    test.clock.pass(minutes(1));
    await test.get(Sweeper).sweep();
    expect(await rowsOf('sys_audit_shortened')).toHaveLength(1);
    await times(32, forge);
    await test.get(AuditLog).onApplicationShutdown();
    expect(test.log.events('sys_audit_shortened')).toMatchObject([{ leftOut: 1 }, { leftOut: 2 }]);
  });
});

describe('a report of blocked content', () => {
  let test: TestApp;
  beforeAll(async () => (test = await TestApp.start()));
  beforeEach(() => (test.log.lines.length = 0));
  afterAll(() => test.close());

  const report = (body: unknown, type = 'application/csp-report') =>
    test.visitor().post('/csp-report', JSON.stringify(body), { 'content-type': type });
  const OLD = {
    'document-uri': 'http://localhost:4000/reset?token=secret',
    'violated-directive': 'script-src',
    'blocked-uri': 'https://evil.example/x.js?y=z',
  };

  it('is logged in both of its forms, without queries, which may hold a token', async () => {
    const {
      'document-uri': documentURL,
      'violated-directive': effectiveDirective,
      'blocked-uri': blockedURL,
    } = OLD;
    await report({ 'csp-report': OLD });
    await report(
      [{ type: 'csp-violation', body: { documentURL, effectiveDirective, blockedURL } }],
      'application/reports+json',
    );
    const logged = expect.objectContaining({
      page: 'http://localhost:4000/reset',
      directive: 'script-src',
      blocked: 'https://evil.example/x.js',
    }) as object;
    expect(test.log.events('csp_violation')).toEqual([logged, logged]);
  });

  it('is logged of a batch as often as it comes, whatever else is in it', async () => {
    const violation = (blockedURL: string) => ({ type: 'csp-violation', body: { blockedURL } });
    const others = [{ type: 'deprecation', body: { id: 'x' } }, null, 7, { body: { documentURL: ['x'] } }];
    const batch = [violation('https://one.example/'), ...others, violation('https://two.example/?a=b')];
    await report(batch, 'application/reports+json');
    expect(test.log.events('csp_violation')).toMatchObject([
      { blocked: 'https://one.example/' },
      { blocked: 'https://two.example/' },
    ]);
  });

  it('is logged 30 times a minute, in one batch or many', async () => {
    test.clock.pass(minutes(1));
    const batch = Array(20).fill({ type: 'csp-violation', body: { blockedURL: 'https://one.example/' } });
    for (let turn = 0; turn < 2; turn++) await report(batch, 'application/reports+json');
    expect(test.log.events('csp_violation')).toHaveLength(30);
  });

  it('is taken from browsers whatever it holds', async () => {
    for (const body of [null, [], {}, 'text', { 'csp-report': 7 }, [{ body: { documentURL: ['x'] } }]])
      expect((await report(body)).status).toBe(204);
    expect(test.log.events('csp_violation')).toEqual([]);
  });

  it('fills no disk: 30 a minute are logged', async () => {
    test.clock.pass(minutes(1));
    await Promise.all([...Array(40).keys()].map(() => report({ 'csp-report': OLD })));
    expect(test.log.events('csp_violation')).toHaveLength(30);
    test.clock.pass(minutes(1));
    await report({ 'csp-report': OLD });
    expect(test.log.events('csp_violation')).toHaveLength(31);
  });
});
