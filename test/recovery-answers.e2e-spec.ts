import { hours } from '../src/kernel/durations.js';
import { mailsOf } from './support/outbox.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Answer } from './support/visitor.js';

/** Whose address is typed; no two of them may be told apart. */
const ADDRESSES = {
  known: 'known.person.x@example.org',
  unknown: 'nobody.at.allx@example.org',
  disabled: 'is.disabled.xx@example.org',
  pending: 'has.to.verifyx@example.org',
  locked: 'locked.out.xxx@example.org',
} as const;
type Kind = keyof typeof ADDRESSES;
const KINDS = Object.keys(ADDRESSES) as Kind[];

let test: TestApp;
let senders = 0;

/** From an address of its own each time: what is compared is not the budget. */
function forgot(email: string, headers: Record<string, string> = {}): Promise<Answer> {
  senders += 1;
  const from = { 'x-forwarded-for': `2001:db8:${senders.toString(16)}::1` };
  return test.visitor().post('/forgot', { email }, { ...from, ...headers });
}

const resetMails = async () => (await mailsOf(test)).filter(mail => mail.link.startsWith('/reset?'));

/** The answer without what differs from one request to the next. */
function comparable(kind: Kind, { status, headers, body, setCookies }: Answer): unknown {
  const { date: _, ...rest } = headers;
  const plain = (text: string) =>
    text
      .replaceAll(ADDRESSES[kind], 'ADDRESS')
      .replaceAll(/nonce(-|=")[\w-]+/g, 'nonce')
      .replaceAll(/"_csrf" value="[\w-]+"/g, 'once')
      .replaceAll(/"requestId":"[\w-]+"/g, '"requestId"');
  return JSON.parse(plain(JSON.stringify({ status, rest, body: plain(body), setCookies })));
}

describe('asking for a new password', () => {
  beforeAll(async () => {
    test = await TestApp.start({ TRUST_PROXY: 'loopback' });
    await test.person('known', 'user', ADDRESSES.known);
    await test.person('locked', 'user', ADDRESSES.locked);
    const disabled = await test.person('disabled', 'user', ADDRESSES.disabled);
    await test.sql('UPDATE users SET disabled_at = 1 WHERE id = $1', [disabled]);
    const chosen = { username: 'pending', password: PASSWORD, password_again: PASSWORD };
    await test.visitor().post('/register', { ...chosen, email: ADDRESSES.pending });
    for (let turn = 0; turn < 6; turn++) await test.visitor().signIn('locked', 'a guess');
    expect((await test.visitor().signIn('locked', PASSWORD)).status).toBe(429);
  });
  afterAll(() => test.close());

  it.each(['text/html', 'application/json'])('is answered alike for everybody: %s', async accept => {
    const answers: unknown[] = [];
    for (const kind of KINDS) answers.push(comparable(kind, await forgot(ADDRESSES[kind], { accept })));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({
      status: 303,
      setCookies: [],
      rest: { location: '/login?done=forgot' },
    });
  });

  it('sends a mail to the two who can use it, and to nobody else', async () => {
    const to = new Set((await resetMails()).map(mail => mail.to));
    expect([...to].sort()).toEqual([ADDRESSES.known, ADDRESSES.locked].sort());
  });

  it('is refused alike for everybody once the budget is used up', async () => {
    const answers: unknown[] = [];
    for (const kind of KINDS) {
      await forgot(ADDRESSES[kind]);
      await forgot(ADDRESSES[kind]);
      answers.push(comparable(kind, await forgot(ADDRESSES[kind])));
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({ status: 429, rest: { 'retry-after': '300' } });
  });

  it('takes the same time, within noise', async () => {
    const times: Record<Kind, number[]> = { known: [], unknown: [], disabled: [], pending: [], locked: [] };
    const median = (kind: Kind) => [...times[kind]].sort((a, b) => a - b)[times[kind].length >> 1] ?? 0;
    const ratio = (kind: Kind) => median(kind) / median('known');
    // An answer that waited for SMTP, or did nothing for nobody, would be several times off. Where the machine was busy
    // with something else in half of the rounds of one, more of them tell.
    const alike = () => KINDS.every(kind => ratio(kind) > 0.5 && ratio(kind) < 2);
    for (let round = 0; round < 15 || (round < 60 && !alike()); round++) {
      test.clock.pass(hours(1));
      for (const kind of KINDS) {
        const start = performance.now();
        const { status } = await forgot(ADDRESSES[kind]);
        times[kind].push(performance.now() - start);
        expect(status).toBe(303);
      }
    }
    for (const kind of KINDS) {
      expect([kind, ratio(kind) > 0.5]).toEqual([kind, true]);
      expect([kind, ratio(kind) < 2]).toEqual([kind, true]);
    }
  });

  it('does the same work for somebody and for nobody, down to the rows it writes', async () => {
    const rows = async (kind: Kind) => {
      test.clock.pass(hours(25));
      await test.sql('DELETE FROM mails');
      await test.sql('DELETE FROM one_time_tokens');
      await forgot(ADDRESSES[kind]);
      const counts = `SELECT (SELECT count(*) FROM mails) AS mails, (SELECT count(*) FROM one_time_tokens) AS tokens`;
      return test.sql(counts);
    };
    for (const kind of KINDS) expect([kind, await rows(kind)]).toEqual([kind, [{ mails: 1, tokens: 1 }]]);
  });
});

describe('the mail with the link', () => {
  beforeAll(async () => {
    test = await TestApp.start({ TRUST_PROXY: 'loopback' });
    await test.person('ada', 'user', 'ada@example.org');
    await test.person('mike', 'user', 'Mike+login@Example.org');
    await test.person('joe', 'user', 'joe@bücher.example');
  });
  afterAll(() => test.close());

  it.each([
    ['ADA@EXAMPLE.ORG', 'ada@example.org'],
    ['  ada@example.org ', 'ada@example.org'],
    ['ada@example。org', 'ada@example.org'],
    ['ａｄａ@ｅｘａｍｐｌｅ.org', 'ada@example.org'],
    ['miKe+LOGIN@example.org', 'Mike+login@example.org'],
    ['JOE@BÜCHER.example', 'joe@xn--bcher-kva.example'],
    ['joe@xn--bcher-kva.example', 'joe@xn--bcher-kva.example'],
  ])('goes to the stored address, never to the typed one: %s', async (typed, stored) => {
    await test.stored.clearAttempts();
    const before = (await resetMails()).map(mail => mail.link);
    expect((await forgot(typed)).status).toBe(303);
    const fresh = (await resetMails()).filter(mail => !before.includes(mail.link));
    expect(fresh.map(mail => mail.to)).toEqual([stored]);
  });

  it.each([
    'аda@example.org', // a Cyrillic а
    'ada+x@example.org',
    'mike@example.org',
    'ada@exampIe.org',
    'joe@bucher.example',
    'ada@example.org.evil.test',
  ])('does not go out for an address that merely looks like one: %s', async typed => {
    const before = await resetMails();
    expect((await forgot(typed)).status).toBe(303);
    expect(await resetMails()).toHaveLength(before.length);
  });

  it.each([
    'ada@example.org,eve@evil.test',
    'ada@example.org\r\nBcc: eve@evil.test',
    'ada@example.org%0aBcc:eve@evil.test',
    '"ada@example.org"@evil.test',
    'Ada <ada@example.org>',
    'ada',
    '',
    `${'a'.repeat(65)}@example.org`,
  ])('is not asked for with %j', async typed => {
    const before = await resetMails();
    const answer = await forgot(typed);
    expect(answer.status).toBe(422);
    expect(answer.body).toContain('Check this address');
    expect(await resetMails()).toHaveLength(before.length);
  });
});
