import { PASSWORD, PUBLIC_URL, TestApp } from '../support/test-app.js';

/** Addresses of somewhere else, in every disguise, and of pages that would lead in a circle. */
const EVIL = [
  'https://evil.test',
  'http://evil.test/welcome',
  'https:evil.test',
  'https:/evil.test',
  'https:\\\\evil.test',
  'HTTPS://evil.test',
  '//evil.test',
  '///evil.test',
  '////evil.test',
  '/\\evil.test',
  '\\/evil.test',
  '\\\\evil.test',
  '/\\/evil.test',
  '/\t/evil.test',
  '/\n/evil.test',
  '/\r\n/evil.test',
  '\t//evil.test',
  ' //evil.test',
  '\u0000//evil.test',
  '/\u0000/evil.test',
  '/.//evil.test',
  '/..//evil.test',
  '/./\\evil.test',
  '/a/..//evil.test',
  '/%2e//evil.test',
  '/%2e%2e//evil.test',
  '//localhost:4000@evil.test',
  'http://localhost:4000@evil.test/',
  'http://localhost:4000.evil.test/',
  'http://localhost:4001/welcome',
  'https://localhost:4000/welcome',
  'http://localhost:4000/welcome',
  'localhost:4000/welcome',
  '@evil.test',
  '.evil.test',
  ':80',
  '?return_to=//evil.test',
  '#//evil.test',
  'javascript:alert(1)',
  'java\tscript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  'blob:http://localhost:4000/1',
  'file:///etc/passwd',
  '\u2215\u2215evil.test',
  '\uff0f\uff0fevil.test',
  '',
  '/',
  '/login',
  '/login/',
  '/LOGIN?return_to=/login',
  '/logout',
  '/logout/',
  '/Logout?x=1',
  '/user',
  `/${'a'.repeat(1024)}`,
  `/${'\u4e2d'.repeat(400)}`,
];

/** Odd, but on this site. */
const HARMLESS = [
  '/notes?next=https://evil.test',
  '/notes?next=//evil.test&x=%2F%2Fevil.test',
  '/%2F%2Fevil.test',
  '/%252F%252Fevil.test',
  '/%5Cevil.test',
  '/%09/evil.test',
  '/x@evil.test',
  '/:80',
  '/\u2215evil.test',
];

describe('return_to', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await TestApp.start();
    await test.person('Ada');
  });
  afterAll(() => test.close());

  /** Where a browser that gets this `Location` goes. */
  const goesTo = (location: string | null) => new URL(location ?? 'missing:', `${PUBLIC_URL}/login`);

  it('never leads anywhere but to the default page when it names another place', async () => {
    const visitor = await test.signedIn('Ada');
    for (const evil of EVIL) {
      const answer = await visitor.arrive('Ada', PASSWORD, { return_to: evil });
      expect([evil, answer.status, answer.location]).toEqual([evil, 303, '/welcome']);
    }
  });

  it('never leads away from the login page that somebody signed in opens', async () => {
    const visitor = await test.signedIn('Ada');
    for (const evil of EVIL) {
      const answer = await visitor.get(`/login?return_to=${encodeURIComponent(evil)}`);
      expect([evil, answer.status, answer.location]).toEqual([evil, 303, '/welcome']);
    }
  });

  it('is not kept in the form when it names another place', async () => {
    for (const evil of EVIL) {
      const { status, body } = await test.visitor().get(`/login?return_to=${encodeURIComponent(evil)}`);
      expect([evil, status, body.includes('name="return_to"')]).toEqual([evil, 200, false]);
    }
  });

  it('stays on this site when it only looks like another place', async () => {
    const visitor = await test.signedIn('Ada');
    for (const odd of HARMLESS) {
      const { location } = await visitor.arrive('Ada', PASSWORD, { return_to: odd });
      const target = goesTo(location);
      expect([odd, target.origin, target.pathname]).toEqual([
        odd,
        PUBLIC_URL,
        expect.not.stringMatching(/^\/\/|^\/welcome$/),
      ]);
    }
  });

  it('is decoded once: an encoded attack stays a harmless path', async () => {
    const visitor = await test.signedIn('Ada');
    for (const encoded of [
      '%2f%2fevil.test',
      '%2f%5cevil.test',
      'https%3a%2f%2fevil.test',
      '%2f%09%2fevil.test',
    ]) {
      const once = await visitor.get(`/login?return_to=${encoded}`);
      expect(once.location).toBe('/welcome');
      const twice = await visitor.get(`/login?return_to=%2f${encodeURIComponent(encoded)}`);
      expect(goesTo(twice.location).origin).toBe(PUBLIC_URL);
    }
  });

  it.each([
    'return_to=/a&return_to=//evil.test',
    'return_to[]=//evil.test',
    'return_to[0]=/a',
    'RETURN_TO=/a',
    'return_to',
  ])('sent in another shape is as if it were not sent: ?%s', async query => {
    const visitor = await test.signedIn('Ada');
    expect((await visitor.get(`/login?${query}`)).location).toBe('/welcome');
  });

  it('never makes a Location longer than 2 kB', async () => {
    const visitor = test.visitor();
    for (const path of [
      `/welcome?${'%'.repeat(1000)}`,
      `/welcome?${'a=%22&'.repeat(600)}`,
      `/welcome?${'x'.repeat(9000)}`,
    ]) {
      const { status, location } = await visitor.get(path);
      expect(status).toBe(303);
      expect(location?.length).toBeLessThan(2100);
      expect(location).toMatch(/^\/login(\?|$)/);
    }
  });

  it('of a visitor who asked for a foreign address by an absolute target is dropped', async () => {
    const { status, location } = await test.visitor().send('GET', 'http://evil.test/welcome');
    expect([status, location]).toEqual([303, '/login']);
    const doubled = await test.visitor().get('//evil.test/welcome');
    expect([doubled.status, doubled.location]).toEqual([404, null]);
  });
});
