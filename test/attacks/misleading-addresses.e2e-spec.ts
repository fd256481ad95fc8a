import { TestApp } from '../support/test-app.js';
import type { Visitor } from '../support/visitor.js';

let test: TestApp;
let ada: Visitor;

beforeAll(async () => {
  test = await TestApp.start();
  await test.person('Ada');
  ada = await test.signedIn('Ada');
});
afterAll(() => test.close());

describe('an address that looks like a static file to a cache', () => {
  const SUFFIXES = [
    '/x.css',
    ';x.js',
    '.css',
    '%2Fx.css',
    '%3Bx.js',
    '%00.css',
    '%0a.css',
    '/..%2fx.css',
    '%23.css',
    '/.js',
    ',x.css',
    '!x.css',
  ];

  it.each(SUFFIXES)('is not the page: /welcome%s', async suffix => {
    const answer = await ada.get(`/welcome${suffix}`);
    expect(answer.status).toBe(404);
    expect(answer.headers['cache-control']).toBe('no-store');
    for (const path of [`/session${suffix}`, `/account${suffix}`])
      expect([path, (await ada.get(path)).status]).toEqual([path, 404]);
  });

  it.each(['/welcome?x.css', '/welcome?/x.css', '/welcome/', '/WELCOME'])(
    'is never to be stored where it is the page: %s',
    async path => {
      const answer = await ada.get(path);
      expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'no-store']);
    },
  );

  it('below /assets/ is the same file for everybody, signed in or not', async () => {
    const page = await ada.get('/welcome');
    const assets = [...page.body.matchAll(/"(\/assets\/[^"]+)"/g)].map(match => match[1] ?? '');
    expect(assets.length).toBeGreaterThanOrEqual(3);
    for (const path of assets) {
      const [mine, theirs] = [await ada.get(path), await test.visitor().get(path)];
      expect([mine.status, mine.body]).toEqual([200, theirs.body]);
      expect(mine.setCookies).toEqual([]);
    }
  });
});

describe('a file of the machine', () => {
  const UP = [
    '../',
    '..%2f',
    '%2e%2e/',
    '%2e%2e%2f',
    '..%5c',
    '..\\',
    '..%252f',
    '..;/',
    '%c0%ae%c0%ae/',
    '....//',
    '.%00./',
  ];
  const PATHS = [
    '/package.json',
    '/package-lock.json',
    '/tsconfig.json',
    '/ormconfig.ts',
    '/.env',
    '/.env.example',
    '/.git/config',
    '/.git/HEAD',
    '/.npmrc',
    '/data/',
    '/data/gatehouse.sqlite',
    '/data/session-secret',
    '/data/data-key',
    '/dist/main.js',
    '/dist/main.js.map',
    '/src/main.ts',
    '/node_modules/express/package.json',
    '/public/page.js',
    '/page.js',
    '/style.css',
    '/views/layouts/page.hbs',
    '/etc/passwd',
    '/C:/Windows/win.ini',
    '/file:///etc/passwd',
    '/~root/.bashrc',
    '/server-status',
    '/debug/pprof',
    '/metrics',
    '/favicon.ico',
    '/assets',
    '/assets/',
    '/assets/.',
    '/assets/page.js',
    '/assets/style.css',
    '/assets/__proto__',
    '/assets/constructor',
  ];

  it.each([
    ...PATHS,
    ...UP.flatMap(up => [
      `/assets/${up}package.json`,
      `/assets/${up}${up}${up}etc/passwd`,
      `/${up}package.json`,
    ]),
  ])('is nothing that can be asked for: %s', async path => {
    const { status, body } = await test.visitor().get(path);
    expect([400, 404]).toContain(status);
    expect(body).not.toMatch(/"dependencies"|root:|NestFactory|Index of|\{\{|addEventListener/);
  });

  it('does not tell whether it exists', async () => {
    const plain = (body: string) => body.replaceAll(/[\w-]{16,}/g, '');
    const [there, not] = [await ada.get('/package.json'), await ada.get('/no-such-file.json')];
    expect(plain(there.body)).toBe(plain(not.body));
  });
});

describe('a script on another site', () => {
  const ROUTES = [
    '/',
    '/login',
    '/user',
    '/welcome',
    '/logout',
    '/session',
    '/setup',
    '/account',
    '/account/data',
    '/health/live',
    '/health/ready',
    '/csp-report',
    '/nowhere',
  ];

  it.each(ROUTES)('gets no leave to read %s', async path => {
    for (const method of ['GET', 'POST', 'OPTIONS', 'HEAD']) {
      const preflight = {
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-csrf-token',
      };
      const answer = await ada.send(method, path, undefined, { origin: 'https://evil.test', ...preflight });
      const granted = Object.keys(answer.headers).filter(name => name.startsWith('access-control'));
      expect([method, granted]).toEqual([method, []]);
      expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin');
    }
  });

  it.each(['callback', 'jsonp', 'cb', '_callback'])('cannot make a script of JSON: ?%s=evil', async name => {
    ada = await test.signedIn('Ada');
    const [plain, called] = [await ada.get('/session'), await ada.get(`/session?${name}=evil`)];
    expect(called.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(called.headers['content-security-policy']).toContain("default-src 'none'");
    expect(called.body).toBe(plain.body);
  });
});
