import { AuditLog } from '../src/audit/audit-log.js';
import { holdWrites } from './support/held-writes.js';
import { noteOrder } from './support/order-of-writes.js';
import { CHOSEN } from './support/stores.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Answer, Visitor } from './support/visitor.js';

/** The attempts are counted in the database, which is what floods are about. */
const STORES = CHOSEN.includes('postgres') ? 'postgres' : 'sqlite';
const FLOOD = { 'x-forwarded-for': '203.0.113.9' };

let test: TestApp;
let ada: Visitor;
let _csrf: string;
beforeAll(async () => {
  test = await TestApp.start({ TRUST_PROXY: 'loopback' }, [], { stores: STORES });
  await test.person('ada', 'user', 'ada@example.org');
  ada = await test.signedIn();
  _csrf = await ada.csrf();
});
afterAll(() => test.close());

let release: () => Promise<void>;
const hold = async () => (release = await holdWrites(test));
/** Everything that an attempt may leave. */
const rows = () =>
  Promise.all(
    ['attempts', 'audit_events', 'one_time_tokens', 'mails', 'sessions'].map(table =>
      test.sql(`SELECT * FROM ${table} ORDER BY 1`),
    ),
  );
const rename = (display_name: string) => ada.post('/account', { display_name, _csrf });
const nameNow = async () =>
  (await test.sql("SELECT display_name FROM users WHERE username = 'ada'"))[0]?.['display_name'];

/** Asks until nothing is written any more: on a busy machine some are shed, and those count for nothing. */
async function spend(ask: () => Promise<Answer>): Promise<void> {
  for (let known = -1, now = 0; now !== known;) {
    known = now;
    await Promise.all(Array.from({ length: 60 }, ask));
    await test.get(AuditLog).settled();
    now = (await test.sql('SELECT 1 FROM audit_events')).length;
  }
}

describe('an attempt that is refused', () => {
  let kinds: Record<string, () => Promise<Answer>>;
  beforeAll(async () => {
    let count = 0;
    const registration = { username: '', email: '', password: PASSWORD, password_again: PASSWORD };
    kinds = {
      'a sign-in': () =>
        test.visitor().post('/login', { username: `n${count++}`, password: 'a guess' }, FLOOD),
      'a confirmation': () => ada.post('/confirm', { password: 'a guess', _csrf }),
      'a forgotten password': () =>
        test.visitor().post('/forgot', { email: `n${count++}@example.org` }, FLOOD),
      'a registration': () =>
        test
          .visitor()
          .post('/register', { ...registration, username: `name-${count++}`, email: 'n@example.org' }, FLOOD),
      'a link that is asked for again': () =>
        test.visitor().post('/verify/again', { email: `n${count++}@example.org` }, FLOOD),
    };
    // More than any of the budgets has, and than the share of the security log.
    for (const ask of Object.values(kinds)) await spend(ask);
  });

  it.each([
    'a sign-in',
    'a confirmation',
    'a forgotten password',
    'a registration',
    'a link that is asked for again',
  ])('%s: is told so while nobody can write', async kind => {
    await hold();
    const statuses = await Promise.all(
      Array.from({ length: 5 }, async () => (await kinds[kind]?.())?.status),
    );
    await release();
    expect(statuses).toEqual([429, 429, 429, 429, 429]);
  });

  it('leaves nothing behind, but for the share of the security log', async () => {
    const before = await rows();
    for (const kind of Object.values(kinds)) {
      const answers = await Promise.all(Array.from({ length: 40 }, kind));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([429]));
    }
    await test.get(AuditLog).settled();
    expect(await rows()).toEqual(before);
  });
});

describe('a line of writers that does not move', () => {
  it('is left after two seconds with a 503, and what was to be written never is', async () => {
    await rename('Before');
    await test.get(AuditLog).settled();
    const before = await rows();
    await hold();
    const begun = performance.now();
    const timed = async (going: Promise<Answer>) => ({ ...(await going), took: performance.now() - begun });
    const from = (index: number) => ({ 'x-forwarded-for': `192.0.2.${index}` });
    const answers = await Promise.all([
      ...Array.from({ length: 5 }, (_, index) => timed(rename(`Never ${index}`))),
      ...Array.from({ length: 20 }, (_, index) =>
        timed(test.visitor().post('/login', { username: 'ada', password: 'a guess' }, from(index))),
      ),
      ...Array.from({ length: 20 }, (_, index) =>
        timed(test.visitor().post('/forgot', { email: 'ada@example.org' }, from(index))),
      ),
    ]);
    await release();
    for (const { status, headers, setCookies } of answers) {
      expect([status, setCookies]).toEqual([503, []]);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    }
    // All while nothing moved. The line is left after two seconds; how long the hashes before it and the answers after it
    // take is the machine's.
    expect(Math.max(...answers.map(({ took }) => took))).toBeLessThan(10_000);
    // Whatever would still be written comes before this.
    expect((await test.visitor().post('/forgot', { email: 'eve@example.org' }, from(99))).status).toBe(303);
    const fresh = (tables: Awaited<ReturnType<typeof rows>>) => tables.map(table => table.length);
    const [attempts, , tokens, mails] = fresh(await rows());
    const [attemptsBefore, , tokensBefore, mailsBefore] = fresh(before);
    expect([attempts, tokens, mails]).toEqual([
      (attemptsBefore ?? 0) + 2,
      (tokensBefore ?? 0) + 1,
      (mailsBefore ?? 0) + 1,
    ]);
    expect(await nameNow()).toBe('Before');
  });

  it('lets somebody who is signed in before the visitors who came first', async () => {
    const order = await noteOrder(test);
    // On a busy machine even they may wait for too long, of which the next round says nothing.
    let [visitors, saved] = [[0], 503];
    for (let round = 0; saved === 503; round++) [visitors, saved] = await waitInLine(round);
    expect(saved).toBe(303);
    // A slow machine may have shed some.
    for (const visitor of visitors) expect([422, 503]).toContain(visitor);
    expect(await nameNow()).toBe('After');
    // The 20 visitors wrote 80 rows between them; of four turns one is a visitor's.
    expect((await order()).indexOf('users')).toBeLessThan(40);
  });

  /** Twenty visitors come while nobody can write, then somebody who is signed in. @returns what each was answered. */
  async function waitInLine(round: number): Promise<[visitors: number[], saved: number]> {
    await test.stored.clearAttempts();
    await test.sql('DELETE FROM order_of_writes');
    await hold();
    const visitors = Array.from({ length: 20 }, async (_, index) => {
      const from = { 'x-forwarded-for': `198.51.100.${index}` };
      const fields = { username: `v${round}-${index}`, password: 'a guess' };
      return (await test.visitor().post('/login', fields, from)).status;
    });
    // They are in the line when the server has answered others since.
    for (let pages = 0; pages < 3; pages++) await ada.get('/welcome');
    const saved = rename('After');
    await ada.get('/welcome');
    await release();
    const { status } = await saved;
    return [await Promise.all(visitors), status];
  }
});
