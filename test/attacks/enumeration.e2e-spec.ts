import { DataSource } from 'typeorm';
import { HASH_COST } from '../../src/crypto/hash-cost.js';
import { CreateAccount } from '../../src/credentials/create-account.js';
import { localOrigin } from '../../src/audit/security-event.js';
import { User } from '../../src/users/user.entity.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import type { Answer } from '../support/visitor.js';

/** What an attacker types, and why it is refused; none of the four may be told from the others. */
const LOGINS = {
  unknown: 'nobody.here',
  wrong: 'ada.present',
  disabled: 'bob.disable',
  passwordless: 'cyd.no.pass',
} as const;
type Kind = keyof typeof LOGINS;
const KINDS = Object.keys(LOGINS) as Kind[];

describe('refused sign-ins', () => {
  let test: TestApp;
  let addresses = 0;

  beforeAll(async () => {
    test = await TestApp.start({ TRUST_PROXY: 'loopback' }, [], { hashCost: HASH_COST });
    await test.person(LOGINS.wrong, 'user', 'ada@example.org');
    const id = await test.person(LOGINS.disabled);
    await test.get(DataSource).manager.update(User, { id }, { disabledAt: test.clock.now() });
    const without = { username: LOGINS.passwordless, email: null, password: null, role: 'user' } as const;
    await test.get(CreateAccount).create(without, localOrigin('test'));
  });
  afterAll(() => test.close());

  /** From an address of its own each time: what is compared is not the throttle. */
  const attempt = (username: string, password: string, headers: Record<string, string> = {}) => {
    addresses += 1;
    const from = { 'x-forwarded-for': `198.51.${100 + (addresses >> 8)}.${addresses & 255}` };
    return test.visitor().post('/login', { username, password }, { ...from, ...headers });
  };

  /** The answer without what differs from one request to the next. */
  function comparable(login: string, { status, headers, body, setCookies }: Answer): unknown {
    const { date: _, ...rest } = headers;
    const plain = (text: string) =>
      text
        .replaceAll(login, 'NAME')
        .replaceAll(/nonce(-|=")[\w-]+/g, 'nonce')
        .replaceAll(/"_csrf" value="[\w-]+"/g, 'once')
        .replaceAll(/"requestId":"[\w-]+"/g, '"requestId"');
    return JSON.parse(plain(JSON.stringify({ status, rest, body: plain(body), setCookies })));
  }

  it.each(['text/html', 'application/json'])(
    'look alike for unknown, wrong, disabled and passwordless accounts: %s',
    async accept => {
      const answers: unknown[] = [];
      for (const kind of KINDS) {
        const password = kind === 'disabled' ? PASSWORD : 'a wrong password';
        answers.push(comparable(LOGINS[kind], await attempt(LOGINS[kind], password, { accept })));
      }
      for (const answer of answers) expect(answer).toEqual(answers[0]);
      expect(answers[0]).toMatchObject({ status: accept === 'text/html' ? 422 : 401, setCookies: [] });
      expect(JSON.stringify(answers[0])).toContain('Invalid username or password');
    },
  );

  it('look alike for a known and an unknown e-mail address', async () => {
    const [known, unknown] = ['ada@example.org', 'eve@example.org'];
    const answers = [
      comparable(known, await attempt(known, 'a wrong password')),
      comparable(unknown, await attempt(unknown, 'a wrong password')),
    ];
    expect(answers[0]).toEqual(answers[1]);
  });

  it('take the same time, within noise', async () => {
    const times: Record<Kind, number[]> = { unknown: [], wrong: [], disabled: [], passwordless: [] };
    const ratio = (kind: Kind) => Math.min(...times[kind]) / Math.min(...times.wrong);
    // Without the work of a hash it is a fifth or less; two hashes make it double. The least time of each is its work;
    // where the machine was busy with something else in all the rounds of one, a few more tell.
    const alike = () => KINDS.every(kind => ratio(kind) > 0.5 && ratio(kind) < 1.8);
    for (let round = 0; round < 11 || (round < 50 && !alike()); round++) {
      for (const kind of KINDS) {
        const start = performance.now();
        const { status } = await attempt(LOGINS[kind], 'a wrong password');
        times[kind].push(performance.now() - start);
        expect(status).toBe(422);
      }
    }
    for (const kind of KINDS) {
      expect([kind, ratio(kind) > 0.5]).toEqual([kind, true]);
      expect([kind, ratio(kind) < 1.8]).toEqual([kind, true]);
    }
  });

  it('run into the limit after as many attempts', async () => {
    const untilLimited = async (login: string, from: string) => {
      for (let turn = 1; turn < 12; turn++) {
        const fields = { username: login, password: `guess ${turn}` };
        const { status } = await test.visitor().post('/login', fields, { 'x-forwarded-for': from });
        if (status === 429) return turn;
      }
      return null;
    };
    expect(await untilLimited(LOGINS.wrong, '203.0.113.1')).toBe(6);
    expect(await untilLimited(LOGINS.unknown, '203.0.113.2')).toBe(6);
    expect(await untilLimited(LOGINS.disabled, '203.0.113.3')).toBe(6);
    expect(await untilLimited(LOGINS.passwordless, '203.0.113.4')).toBe(6);
  });
});

describe('two spellings of one login', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await TestApp.start({ TRUST_PROXY: 'loopback' }, [], { hashCost: HASH_COST });
    await test.person('Ada', 'user', 'ada@example.org');
    await test.person('Joe', 'user', 'straße@example.org');
  });
  afterAll(() => test.close());

  /** Uses the budget up with one spelling; the answer to the other tells whether they are counted as one. */
  async function areCountedAsOne([first, second]: readonly [string, string], from: string): Promise<boolean> {
    const attempt = (username: string) =>
      test.visitor().post('/login', { username, password: 'wrong' }, { 'x-forwarded-for': from });
    for (let turn = 0; turn < 5; turn++) expect((await attempt(first)).status).toBe(422);
    return (await attempt(second)).status === 429;
  }

  it.each([
    ['ada@example.org', 'ada@example\u3002org', 'eve@example.org', 'eve@example\u3002org'],
    ['ada@example.org', 'ada@exam\u00adple.org', 'eve@example.org', 'eve@exam\u00adple.org'],
    ['stra\u00dfe@example.org', 'strasse@example.org', 'gro\u00df@example.org', 'gross@example.org'],
    ['ADA', '\uff41da', 'EVE', '\uff45ve'],
    ['stra\u00dfe', 'strasse', 'gro\u00df', 'gross'],
  ])('are counted alike for an account and for nobody: %s, %s', async (one, other, nobody, nobodyToo) => {
    await test.stored.clearAttempts();
    const known = await areCountedAsOne([one, other], '203.0.113.1');
    const unknown = await areCountedAsOne([nobody, nobodyToo], '203.0.113.2');
    expect(known).toBe(unknown);
  });
});
