import fc from 'fast-check';
import { address, headers, method, query } from './support/hostile-requests.js';
import { HeldModule } from './support/held-route.js';
import { TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

/** Longer than what is typed by chance: a query that is sent back may hold any three letters. */
const BEHIND = 'ada-behind-a-closed-door';

describe('whatever a request is made of', () => {
  let test: TestApp;
  let ada: Visitor;

  beforeAll(async () => {
    test = await TestApp.start({ TRUST_PROXY: 'loopback' }, [HeldModule]);
    await test.person(BEHIND);
    ada = await test.signedIn(BEHIND);
  });
  afterEach(() => {
    expect(test.log.lines.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
  });
  afterAll(() => test.close());

  const rows = () => test.stored.sessions();

  it('a visitor gets an answer below 500, the headers that protect it, and no session', async () => {
    const before = await rows();
    await fc.assert(
      fc.asyncProperty(method, address, headers, async (verb, path, sent) => {
        const { status, headers: got, setCookies } = await test.visitor().send(verb, path, undefined, sent);
        expect(status).toBeGreaterThanOrEqual(200);
        expect(status).toBeLessThan(500);
        expect(got['x-content-type-options']).toBe('nosniff');
        expect(got['content-security-policy']).toContain("default-src 'none'");
        expect(setCookies.filter(line => !line.includes('Max-Age=0'))).toEqual([]);
        expect(got.location === undefined || new URL(got.location, 'http://localhost:4000').origin).toEqual(
          got.location === undefined ? true : 'http://localhost:4000',
        );
      }),
      { numRuns: 400 },
    );
    expect(await rows()).toEqual(before);
  });

  it('somebody signed in gets an answer below 500, and no new session', async () => {
    const before = await rows();
    await fc.assert(
      fc.asyncProperty(address, headers, async (path, { cookie: _, ...sent }) => {
        // The site's own link to sign out does what it says.
        const { status } = await ada.send('GET', path, undefined, {
          'sec-fetch-site': 'cross-site',
          'sec-fetch-mode': 'navigate',
          ...sent,
          'sec-purpose': 'prefetch',
        });
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 200 },
    );
    expect(await rows()).toEqual(before);
    expect((await ada.get('/session')).status).toBe(200);
  });

  it('a closed page stays closed', async () => {
    const closed = fc.constantFrom(
      '/welcome',
      '/session',
      '/account',
      '/account/data',
      '/account/devices',
      '/held/note',
    );
    await fc.assert(
      fc.asyncProperty(closed, query, headers, async (path, rest, sent) => {
        const answer = await test.visitor().send('GET', path + rest, undefined, sent);
        expect([303, 401, 403]).toContain(answer.status);
        expect(answer.body).not.toContain(BEHIND);
      }),
      { numRuns: 200 },
    );
  });
});
