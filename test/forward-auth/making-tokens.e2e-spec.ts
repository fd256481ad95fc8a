import { Transaction } from '../../src/database/transaction.js';
import { days, minutes, seconds } from '../../src/kernel/durations.js';
import { InsideApplications } from '../support/inside-applications.js';
import { answerStep, enrol, toSecondStep } from '../support/second-factor.js';
import { PASSWORD, PUBLIC_URL, TestApp } from '../support/test-app.js';
import type { Visitor } from '../support/visitor.js';

const EVERYBODY = { everybody: true, includingRegistered: true };

let test: TestApp;
let inside: InsideApplications;
let ada: string;
let browser: Visitor;
beforeEach(async () => {
  test = await TestApp.start();
  inside = new InsideApplications(test);
  ada = await test.person('ada');
  await inside.add('wiki', EVERYBODY);
  browser = await test.signedIn('ada');
});
afterEach(() => test.close());

const make = (fields: Record<string, string> = {}, who = browser) =>
  who.postForm('/account/tokens', { application: 'wiki', name: 'Phone', days: '365', ...fields });
const rows = () =>
  test.sql<{ expires_at: number; strength: number; last_used_at: number | null }>(
    'SELECT * FROM access_tokens',
  );
const offered = async (who = browser) =>
  [...(await who.get('/account/tokens')).body.matchAll(/<option value="([a-z]+)"/g)].map(([, name]) => name);

describe('making an access token', () => {
  it('gives it an end, a year from now at most', async () => {
    expect((await make()).body).toMatch(/gth_[\w-]{49}/);
    expect(Number((await rows())[0]?.expires_at)).toBe(test.clock.now() + days(365));
    for (const length of ['366', '0', '-1', '', '1e9'])
      expect((await make({ days: length })).status).toBe(400);
    expect(await rows()).toHaveLength(1);
  });

  it('is for applications that take any: none does unless it is said', async () => {
    await inside.add('books', { ...EVERYBODY, tokens: undefined });
    await inside.add('shut', { ...EVERYBODY, tokens: false });
    expect(await offered()).toEqual(['wiki']);
    for (const application of ['books', 'shut']) expect((await make({ application })).status).toBe(422);
    expect(await rows()).toEqual([]);
  });

  it('is for those whom the application admits', async () => {
    await test.putInto('night', await test.person('bob'));
    await inside.add('night', { groups: ['night'] });
    expect([await offered(), (await make({ application: 'night' })).status]).toEqual([['wiki'], 422]);
  });

  it('is done as strongly as the application asks', async () => {
    await inside.add('bank', { ...EVERYBODY, strength: 2 });
    expect([await offered(), (await make({ application: 'bank' })).status]).toEqual([['wiki'], 422]);
    const phone = await enrol(test, browser);
    const strong = test.visitor();
    await answerStep(strong, await toSecondStep(strong), { code: phone.fresh() });
    expect(await offered(strong)).toEqual(['bank', 'wiki']);
    const made = await make({ application: 'bank' }, strong);
    const token = /gth_[\w-]{49}/.exec(made.body)?.[0] ?? '';
    expect((await rows())[0]?.strength).toBe(2);
    expect(await inside.answerToToken(token, 'bank')).toBe('enter');
  });

  it('gives fifty at most to one person', async () => {
    for (let n = 0; n < 50; n += 1) await inside.token(ada, 'wiki');
    const refused = await make();
    expect([refused.status, refused.body]).toEqual([422, expect.stringContaining('You have 50 tokens')]);
  });
});

describe('the form of an access token', () => {
  it('comes back as it was filled in, after a confirmation that it asked for', async () => {
    await inside.add('books', EVERYBODY);
    const filled = { application: 'books', name: 'My phone', days: '30', prefix: '/a/b', reads: 'yes' };
    test.clock.pass(minutes(11));
    const late = await make(filled);
    expect(late.location).toMatch(/^\/confirm\?return_to=/);
    const back = new URL(late.location ?? '', PUBLIC_URL).searchParams.get('return_to') ?? '';
    const confirmed = await browser.postForm('/confirm', { password: PASSWORD, return_to: back });
    const { body } = await browser.get(confirmed.location ?? '');
    expect(body).toMatch(/<option value="books" selected>/);
    expect(body).toMatch(/<option value="30" selected>/);
    expect(body).toMatch(/name="name"[^>]* value="My phone"/);
    expect(body).toMatch(/name="prefix"[^>]* value="\/a\/b"/);
    expect(body).toMatch(/name="reads" value="yes" checked>/);
    expect(await rows()).toEqual([]);
  });
});

describe('the use of an access token', () => {
  it('is written down once a minute', async () => {
    const token = await inside.token(ada, 'wiki');
    const usedAt = async () => {
      expect(await inside.answerToToken(token, 'wiki')).toBe('enter');
      await test.get(Transaction).settled();
      const at = (await rows())[0]?.last_used_at;
      return at === null || at === undefined ? null : Number(at) - begun;
    };
    const begun = test.clock.now();
    expect(await usedAt()).toBe(0);
    test.clock.pass(seconds(59));
    expect(await usedAt()).toBe(0);
    test.clock.pass(seconds(1));
    expect(await usedAt()).toBe(minutes(1));
  });

  it('is nobody’s but its person’s to end', async () => {
    await inside.token(ada, 'wiki');
    const [row] = await test.sql<{ id: string }>('SELECT id FROM access_tokens');
    await test.person('eve');
    const eve = await test.signedIn('eve');
    expect((await eve.postForm(`/account/tokens/${row?.id}/end`)).status).toBe(404);
    expect(await rows()).toHaveLength(1);
  });

  it('keeps no sign-in alive, and needs none', async () => {
    const token = await inside.token(ada, 'wiki');
    await browser.postForm('/logout');
    test.clock.pass(days(20));
    expect(await inside.answerToToken(token, 'wiki')).toBe('enter');
  });
});

describe('access tokens in what a person downloads of themselves', () => {
  it('are told without what lets in', async () => {
    const token = await inside.token(ada, 'wiki');
    const cookie = await inside.enter(ada, 'wiki');
    const { body } = await browser.get('/account/data');
    const told = JSON.parse(body) as { accessTokens: object[]; applications: object[] };
    expect(told.accessTokens).toMatchObject([{ application: 'wiki', name: 'for wiki', lastUsedAt: null }]);
    expect(told.applications).toMatchObject([{ application: 'wiki', origin: 'https://wiki.example.com' }]);
    const rows = await test.sql<{ digest: string }>(
      'SELECT digest FROM access_tokens UNION SELECT digest FROM application_sessions',
    );
    for (const secret of [token.slice(4), cookie, ...rows.map(({ digest }) => digest)])
      expect(body).not.toContain(secret);
  });
});
