import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const SITES = {
  'same-origin': 'same-origin',
  none: 'none',
  'same-site': 'same-site',
  'cross-site': 'cross-site',
  absent: null,
  junk: 'Same-Origin, none',
} as const;
type Site = keyof typeof SITES;

const ORIGINS = {
  right: 'http://localhost:4000',
  wrong: 'http://evil.test',
  null: 'null',
  suffix: 'http://localhost:4000.evil.test',
  absent: null,
} as const;
type Origin = keyof typeof ORIGINS;

const TOKENS = ['right', 'missing', 'foreign', 'previous'] as const;

/**
 * Whether a changing request passes as this site's own: a known `Sec-Fetch-Site`
 * decides; otherwise `Origin` must be the public origin; without either header it is no browser's.
 */
const PASSES: Record<Site, Record<Origin, boolean>> = {
  'same-origin': { right: true, wrong: true, null: true, suffix: true, absent: true },
  none: { right: true, wrong: true, null: true, suffix: true, absent: true },
  'same-site': { right: false, wrong: false, null: false, suffix: false, absent: false },
  'cross-site': { right: false, wrong: false, null: false, suffix: false, absent: false },
  absent: { right: true, wrong: false, null: false, suffix: false, absent: true },
  junk: { right: true, wrong: false, null: false, suffix: false, absent: false },
};

const MATRIX = (Object.keys(SITES) as Site[]).flatMap(site =>
  (Object.keys(ORIGINS) as Origin[]).map(origin => ({ site, origin, passes: PASSES[site][origin] })),
);

const headersOf = (site: Site, origin: Origin) => ({
  'sec-fetch-site': SITES[site],
  origin: ORIGINS[origin],
});

describe('POST /logout of somebody who is signed in', () => {
  let test: TestApp;
  let ada: Visitor;
  let tokens: Record<(typeof TOKENS)[number], string>;

  /** Signs in, unless the session still goes on, with a token of the session before it. */
  async function beSignedIn(): Promise<void> {
    if ((await ada.get('/session')).status === 200) return;
    await ada.signIn('Ada', PASSWORD);
    tokens = { ...tokens, previous: tokens.right, right: await ada.csrf() };
  }

  beforeAll(async () => {
    test = await TestApp.start();
    await test.person('Ada');
    await test.person('Grace');
    ada = await test.signedIn('Ada');
    const grace = await test.signedIn('Grace');
    tokens = { right: await ada.csrf(), missing: '', foreign: await grace.csrf(), previous: '' };
    await ada.postForm('/logout');
    await beSignedIn();
  });
  afterAll(() => test.close());

  it('has four different tokens to try', () => {
    expect(new Set(Object.values(tokens)).size).toBe(4);
  });

  const told = (passes: boolean) => (passes ? 'signs out with the right token alone' : 'does nothing');

  it.each(MATRIX.map(row => ({ ...row, does: told(row.passes) })))(
    'Sec-Fetch-Site $site, Origin $origin: $does',
    async ({ site, origin, passes }) => {
      for (const token of TOKENS) {
        await beSignedIn();
        test.log.lines.length = 0;
        const fields: Record<string, string> = token === 'missing' ? {} : { _csrf: tokens[token] };
        const answer = await ada.post('/logout', fields, headersOf(site, origin));
        const signsOut = passes && token === 'right';
        expect([token, answer.status]).toEqual([token, signsOut ? 303 : 403]);
        const refusals = test.log.events('malicious_csrf').map(({ reason }) => reason);
        expect(refusals).toEqual(signsOut ? [] : [passes ? 'token' : 'source']);
        if (!signsOut) expect(answer.setCookies).toEqual([]);
        expect((await ada.get('/session')).status).toBe(signsOut ? 401 : 200);
      }
    },
  );

  it('takes the token from the header X-CSRF-Token as well, and compares it whole', async () => {
    await beSignedIn();
    const { right } = tokens;
    for (const wrong of [right.slice(0, -1), `${right}A`, right.toUpperCase(), ` ${right}.`, ''])
      expect((await ada.post('/logout', {}, { 'x-csrf-token': wrong })).status).toBe(403);
    expect((await ada.post('/logout', { _csrf: 'wrong' }, { 'x-csrf-token': right })).status).toBe(403);
    expect((await ada.post('/logout', {}, { 'x-csrf-token': right })).status).toBe(303);
  });

  it('does not take the token from the address', async () => {
    await beSignedIn();
    expect((await ada.post(`/logout?_csrf=${tokens.right}`)).status).toBe(403);
  });

  it.each(['PUT', 'PATCH', 'DELETE', 'POST'])(
    'leaves nothing to %s on addresses that do not take it',
    async method => {
      await beSignedIn();
      const answer = await ada.send(method, '/welcome', '', headersOf('cross-site', 'wrong'));
      expect([404, 405]).toContain(answer.status);
      expect((await ada.get('/session')).status).toBe(200);
    },
  );
});

describe('POST /login and POST /user of a visitor, without a token', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await TestApp.start();
    await test.person('Ada');
  });
  afterAll(() => test.close());

  it.each(MATRIX.map(row => ({ ...row, does: row.passes ? 'signs in' : 'does nothing' })))(
    'Sec-Fetch-Site $site, Origin $origin: $does',
    async ({ site, origin, passes }) => {
      for (const path of ['/login', '/user']) {
        await test.stored.clearSessions();
        test.log.lines.length = 0;
        const visitor = test.visitor();
        const fields = { username: 'Ada', password: PASSWORD };
        const answer = await visitor.post(path, fields, headersOf(site, origin));
        expect([path, answer.status]).toEqual([path, passes ? 303 : 403]);
        expect(await test.stored.sessions()).toHaveLength(passes ? 1 : 0);
        expect(test.log.events('malicious_csrf')).toHaveLength(passes ? 0 : 1);
        if (!passes) expect(answer.setCookies).toEqual([]);
      }
    },
  );

  it('from another site does not put a victim into the attacker’s account', async () => {
    await test.person('Mallory');
    const victim = await test.signedIn('Ada');
    const fields = { username: 'Mallory', password: PASSWORD };
    expect((await victim.post('/login', fields, headersOf('cross-site', 'wrong'))).status).toBe(403);
    expect(JSON.parse((await victim.get('/session')).body).user.username).toBe('Ada');
  });
});

describe('POST /setup of a visitor, without a token', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await TestApp.start({ NODE_ENV: 'production' });
  });
  afterAll(() => test.close());

  it.each(MATRIX.map(row => ({ ...row, does: row.passes ? 'looks at the code' : 'does nothing' })))(
    'Sec-Fetch-Site $site, Origin $origin: $does',
    async ({ site, origin, passes }) => {
      await test.stored.clearAttempts();
      const fields = { code: 'wrong', username: 'eve', password: PASSWORD, password_again: PASSWORD };
      const answer = await test.visitor().post('/setup', fields, headersOf(site, origin));
      expect(answer.status).toBe(passes ? 422 : 403);
      expect(await test.sql('SELECT 1 FROM users')).toEqual([]);
    },
  );
});
