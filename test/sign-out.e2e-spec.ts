import { PUBLIC_URL, TestApp } from './support/test-app.js';
import type { Answer, Visitor } from './support/visitor.js';

const CLEARED = 'gatehouse=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax';

describe('signing out', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await TestApp.start();
    await test.person('ada');
  });
  afterAll(() => test.close());
  beforeEach(() => test.stored.clearSessions());

  const rows = async () => (await test.stored.sessions()).length;
  const isSignedIn = async (visitor: Visitor) => (await visitor.get('/welcome')).status === 200;
  const expectFarewell = (answer: Answer) => {
    expect([answer.status, answer.location]).toEqual([303, '/']);
    expect(answer.setCookies).toEqual([CLEARED]);
    expect(answer.headers['clear-site-data']).toBeUndefined();
  };

  describe('POST /logout', () => {
    it('ends the session, takes the cookie, and sends no Clear-Site-Data', async () => {
      const visitor = await test.signedIn();
      const thief = visitor.copy();
      expectFarewell(await visitor.postForm('/logout'));
      expect(visitor.cookies.has('gatehouse')).toBe(false);
      expect(await isSignedIn(thief)).toBe(false);
      expect(await rows()).toBe(0);
    });

    it('leaves the person’s other sessions alone', async () => {
      const [here, there] = [await test.signedIn(), await test.signedIn()];
      await here.postForm('/logout');
      expect(await isSignedIn(there)).toBe(true);
    });

    it('does nothing without the token, or with another session’s', async () => {
      const [visitor, other] = [await test.signedIn(), await test.signedIn()];
      for (const fields of [{}, { _csrf: '' }, { _csrf: 'x' }, { _csrf: await other.csrf() }]) {
        const answer = await visitor.post('/logout', fields);
        expect([answer.status, answer.setCookies]).toEqual([403, []]);
      }
      expect(await isSignedIn(visitor)).toBe(true);
      expect(test.log.events('malicious_csrf').at(-1)).toMatchObject({ outcome: 'refused', reason: 'token' });
    });

    it('takes the token as a header too', async () => {
      const visitor = await test.signedIn();
      expectFarewell(await visitor.post('/logout', {}, { 'x-csrf-token': await visitor.csrf() }));
    });

    it('only takes the cookie where nobody is signed in', async () => {
      expectFarewell(await test.visitor().post('/logout'));
      const expired = await test.signedIn();
      await test.stored.clearSessions();
      expectFarewell(await expired.post('/logout'));
    });

    it('twice at once is no error', async () => {
      const visitor = await test.signedIn();
      const fields = { _csrf: await visitor.csrf() };
      const answers = await Promise.all([1, 2, 3, 4].map(() => visitor.copy().insist('/logout', fields)));
      for (const answer of answers) expect([answer.status, answer.location]).toEqual([303, '/']);
      expect(await isSignedIn(visitor)).toBe(false);
    });

    it('is recorded once', async () => {
      const visitor = await test.signedIn();
      const token = await visitor.csrf();
      test.log.lines.length = 0;
      await Promise.all([1, 2].map(() => visitor.copy().post('/logout', { _csrf: token })));
      expect(test.log.events('session_ended')).toEqual([
        expect.objectContaining({ outcome: 'success', reason: 'sign-out' }),
      ]);
    });
  });

  describe('GET /logout', () => {
    it.each(['same-origin', 'none', null])(
      'signs out from this site’s own link (Sec-Fetch-Site: %s)',
      async site => {
        const visitor = await test.signedIn();
        expectFarewell(await visitor.get('/logout', { 'sec-fetch-site': site }));
        expect(await rows()).toBe(0);
      },
    );

    it.each(['cross-site', 'same-site', 'junk'])(
      'asks first where the link is on another site (%s)',
      async site => {
        const visitor = await test.signedIn();
        const answer = await visitor.get('/logout', { 'sec-fetch-site': site });
        expect([answer.status, answer.setCookies]).toEqual([200, []]);
        expect(answer.headers['clear-site-data']).toBeUndefined();
        expect(answer.body).toMatch(/<form method="post" action="\/logout">/);
        expect(await isSignedIn(visitor)).toBe(true);
        expectFarewell(await visitor.postForm('/logout'));
      },
    );

    const silent = { 'sec-fetch-site': null, 'sec-fetch-mode': null };
    it.each<[string, Record<string, string>]>([
      ['nothing of where it comes from', {}],
      ['a page of this site', { referer: `${PUBLIC_URL}/welcome` }],
      ['the origin of this site', { origin: PUBLIC_URL }],
    ])('signs out where a browser without Fetch Metadata says %s', async (_, headers) => {
      const visitor = await test.signedIn();
      expectFarewell(await visitor.get('/logout', { ...silent, ...headers }));
    });

    it.each<[string, Record<string, string>]>([
      ['a page of another site', { referer: 'http://evil.example/' }],
      ['another site on the same host', { referer: 'http://localhost:5000/' }],
      ['the same host over https', { referer: 'https://localhost:4000/' }],
      ['another origin', { origin: 'http://evil.example' }],
      ['no origin', { origin: 'null' }],
      ['another origin, and our page', { origin: 'http://evil.example', referer: `${PUBLIC_URL}/` }],
      ['our origin, and another page', { origin: PUBLIC_URL, referer: 'http://evil.example/' }],
      ['a page that is none', { referer: 'about:client' }],
      ['nothing readable', { referer: '%%' }],
    ])('asks first where a browser without Fetch Metadata says %s', async (_, headers) => {
      const visitor = await test.signedIn();
      const answer = await visitor.get('/logout', { ...silent, ...headers });
      expect([answer.status, answer.setCookies]).toEqual([200, []]);
      expect(await isSignedIn(visitor)).toBe(true);
    });

    it('is refused to an image on another site', async () => {
      const visitor = await test.signedIn();
      const image = {
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'no-cors',
        'sec-fetch-dest': 'image',
      };
      expect((await visitor.get('/logout', image)).status).toBe(403);
      expect(await isSignedIn(visitor)).toBe(true);
    });

    it.each([
      ['an image', 'no-cors', 'image'],
      ['a script', 'cors', 'empty'],
      ['a frame', 'navigate', 'iframe'],
    ])('asks first where %s of a page of this site leads there', async (_, mode, destination) => {
      const visitor = await test.signedIn();
      const headers = {
        'sec-fetch-site': 'same-origin',
        'sec-fetch-mode': mode,
        'sec-fetch-dest': destination,
      };
      expect((await visitor.get('/logout', headers)).setCookies).toEqual([]);
      expect(await isSignedIn(visitor)).toBe(true);
    });

    it('with HEAD does nothing', async () => {
      const visitor = await test.signedIn();
      expect((await visitor.send('HEAD', '/logout')).setCookies).toEqual([]);
      expect(await isSignedIn(visitor)).toBe(true);
    });

    it('tells visitors from another site that they are not signed in', async () => {
      const answer = await test.visitor().get('/logout', { 'sec-fetch-site': 'cross-site' });
      expect(answer.status).toBe(200);
      expect(answer.body).toContain('You are not signed in.');
    });
  });

  it('is offered on every page of signed-in people', async () => {
    const visitor = await test.signedIn();
    for (const path of ['/welcome', '/nothing-here'])
      expect((await visitor.get(path)).body).toMatch(/<form method="post" action="\/logout">/);
  });
});
