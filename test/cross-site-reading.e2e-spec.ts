import { TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

/** Longer than what the random parts of a page spell by chance: three letters stand in one of eight thousand pages. */
const NAME = 'Ada-of-this-page';
/** What tells of her, or of her session. */
const HERS = new RegExp(`${NAME}|_csrf|_owner`);

let test: TestApp;
let ada: Visitor;

beforeAll(async () => {
  test = await TestApp.start();
  await test.person(NAME);
  ada = await test.signedIn(NAME);
});
afterAll(() => test.close());

/** What a browser says of a request that a page causes. */
const asked = (site: string | null, mode: string | null, dest: string | null) => ({
  'sec-fetch-site': site,
  'sec-fetch-mode': mode,
  'sec-fetch-dest': dest,
});

describe('a page of signed-in people', () => {
  const FOREIGN = ['cross-site', 'same-site'];

  it.each(FOREIGN)('can be linked to from a %s page', async site => {
    expect((await ada.get('/welcome', asked(site, 'navigate', 'document'))).status).toBe(200);
    expect((await ada.get('/welcome', asked(site, 'navigate', null))).status).toBe(200);
  });

  const EMBEDDINGS = [
    ['navigate', 'iframe'],
    ['navigate', 'frame'],
    ['navigate', 'object'],
    ['navigate', 'embed'],
    ['no-cors', 'image'],
    ['no-cors', 'script'],
    ['no-cors', 'style'],
    ['no-cors', 'empty'],
    ['cors', 'empty'],
    ['websocket', 'websocket'],
    [null, null],
  ] as const;
  const cases = FOREIGN.flatMap(site => EMBEDDINGS.map(([mode, dest]) => [site, mode, dest] as const));

  it.each(cases)('cannot be loaded by a %s page as a part of it: %s %s', async (site, mode, dest) => {
    for (const path of ['/welcome', '/session', '/logout', '/login']) {
      const answer = await ada.get(path, asked(site, mode, dest));
      expect([path, answer.status]).toEqual([path, 403]);
      expect(answer.body).not.toMatch(HERS);
    }
    expect((await ada.get('/nowhere', asked(site, mode, dest))).body).not.toMatch(HERS);
  });

  it.each(['same-origin', 'none', null])(
    'can be loaded by its own site, where Sec-Fetch-Site is %s',
    async site => {
      for (const [mode, dest] of EMBEDDINGS)
        expect((await ada.get('/session', asked(site, mode, dest))).status).toBe(200);
    },
  );

  it('cannot be framed, opened with a handle or read across origins, whatever the browser sends', async () => {
    for (const path of ['/welcome', '/session', '/login', '/nowhere']) {
      const { headers } = await ada.get(path, { origin: 'http://evil.test' });
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['x-frame-options']).toBe('DENY');
      expect(headers['cross-origin-opener-policy']).toBe('same-origin');
      expect(headers['cross-origin-resource-policy']).toBe('same-origin');
      expect(Object.keys(headers).filter(name => name.startsWith('access-control'))).toEqual([]);
    }
  });
});

describe('GET /logout', () => {
  beforeEach(async () => {
    if ((await ada.get('/session')).status !== 200) ada = await test.signedIn(NAME);
  });

  it.each(['same-origin', 'none', null])('signs out where Sec-Fetch-Site is %s', async site => {
    const answer = await ada.get('/logout', { 'sec-fetch-site': site });
    expect([answer.status, answer.location]).toEqual([303, '/']);
    expect(answer.headers['clear-site-data']).toBeUndefined();
    expect(answer.setCookies).toEqual([expect.stringMatching(/^gatehouse=; Max-Age=0;/)]);
    expect((await ada.get('/session')).status).toBe(401);
  });

  it.each(['cross-site', 'same-site', 'junk', 'Same-Origin', 'same-origin, cross-site'])(
    'asks first where Sec-Fetch-Site is %s',
    async site => {
      const answer = await ada.get('/logout', { 'sec-fetch-site': site });
      expect([answer.status, answer.setCookies]).toEqual([200, []]);
      expect(answer.body).toContain('action="/logout"');
      expect(answer.headers['clear-site-data']).toBeUndefined();
      expect((await ada.get('/session')).status).toBe(200);
    },
  );

  it.each([
    { 'sec-purpose': 'prefetch' },
    { 'sec-purpose': 'prefetch;prerender' },
    { purpose: 'prefetch' },
    { 'x-moz': 'prefetch' },
  ])('signs nobody out who has not opened it yet: %j', async speculation => {
    const headers: Record<string, string> = { 'sec-fetch-site': 'none', ...speculation };
    expect((await ada.get('/logout', headers)).status).toBe(200);
    expect((await ada.get('/session')).status).toBe(200);
  });

  it.each([
    ['HEAD', 200],
    ['OPTIONS', 404],
  ])('changes nothing when asked with %s', async (method, status) => {
    const answer = await ada.send(method, '/logout', undefined, { 'sec-fetch-site': 'same-origin' });
    expect([answer.status, answer.setCookies]).toEqual([status, []]);
    expect((await ada.get('/session')).status).toBe(200);
  });

  it('does no harm where nobody is signed in', async () => {
    const answer = await test.visitor().get('/logout');
    expect([answer.status, answer.location]).toEqual([303, '/']);
  });
});

describe('POST /csp-report', () => {
  it('takes the reports that browsers send with the cookie but without a token', async () => {
    ada = await test.signedIn(NAME);
    test.log.lines.length = 0;
    const report = JSON.stringify({ 'csp-report': { 'document-uri': 'http://localhost:4000/welcome' } });
    const headers = { 'content-type': 'application/csp-report', 'sec-fetch-site': 'same-origin' };
    expect((await ada.send('POST', '/csp-report', report, headers)).status).toBe(204);
    expect(test.log.events('malicious_csrf')).toEqual([]);
  });
});
