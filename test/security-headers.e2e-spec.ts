import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Controller, Get, Module } from '@nestjs/common';
import { Public } from '../src/http/access.js';
import { TestApp } from './support/test-app.js';
import type { Answer } from './support/visitor.js';

/** Every value written out: what the program sends is compared with this. */
const EVERYWHERE = {
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'permissions-policy':
    'accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), ' +
    'geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), ' +
    'screen-wake-lock=(), usb=(), xr-spatial-tracking=(), publickey-credentials-create=(self), ' +
    'publickey-credentials-get=(self)',
  'x-robots-tag': 'noindex',
};
const NO_PAGE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const PAGE =
  /^default-src 'none'; script-src 'nonce-([\w-]{22})' 'strict-dynamic'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; report-uri \/csp-report$/;

@Controller('broken')
class BrokenController {
  @Public()
  @Get()
  broken() {
    throw new Error('broken on purpose');
  }
  @Public()
  @Get(':name')
  named() {
    return 'found';
  }
}
@Module({ controllers: [BrokenController] })
class BrokenModule {}

describe('security headers', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await TestApp.start({}, [BrokenModule]);
    await test.person('ada');
  });
  afterAll(() => test.close());

  const visit = (path: string, headers = {}) => test.visitor().get(path, headers);
  const json = { accept: 'application/json' };
  const signedIn = async (path: string) => (await test.signedIn()).get(path);
  const asset = async (name: string) => {
    const { body } = await visit('/');
    return new RegExp(`/assets/${name}-[0-9a-f]{12}\\.\\w+`).exec(body)?.[0] ?? '';
  };

  /** Sends bytes as they are and gives the answer that came before the connection closed. */
  async function raw(request: string): Promise<Answer> {
    const socket = connect(test.port, '127.0.0.1');
    socket.end(request);
    const [head = '', ...body] = (await text(socket)).split('\r\n\r\n');
    const [status = '', ...lines] = head.split('\r\n');
    const headers = Object.fromEntries(
      lines.map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
    );
    const parts = { headers, body: body.join('\r\n\r\n'), setCookies: [], location: null };
    return { status: Number(status.split(' ')[1]), ...parts };
  }

  const OTHERS: readonly [what: string, status: number, ask: () => Promise<Answer>][] = [
    ['a redirect to the login page', 303, () => visit('/welcome')],
    ['a sign-in', 303, () => test.visitor().signIn('ada', 'four quiet herons wade')],
    ['a sign-out', 303, () => test.visitor().post('/logout')],
    ['JSON', 200, () => signedIn('/session')],
    ['a problem in JSON', 401, () => visit('/session')],
    ['a 404 in JSON', 404, () => visit('/nothing', json)],
    ['a 500 in JSON', 500, () => visit('/broken', json)],
    ['a health probe', 200, () => visit('/health/live')],
    ['a readiness probe', 200, () => visit('/health/ready')],
    ['a report of blocked content', 204, () => test.visitor().post('/csp-report')],
    ['a method nobody needs', 405, () => test.visitor().send('TRACE', '/')],
    ['a request the parser refuses', 400, () => raw('GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n')],
    [
      'two lengths',
      400,
      () => raw('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'),
    ],
    [
      'a length and chunks',
      400,
      () =>
        raw('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'),
    ],
    [
      'a head that is too long',
      431,
      () => raw(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`),
    ],
    ['no Host', 400, () => raw('GET / HTTP/1.1\r\n\r\n')],
    ['something that is not HTTP', 400, () => raw('\x16\x03\x01\x02\r\n\r\n')],
    [
      'an expectation nobody meets',
      417,
      () => raw('GET / HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\nConnection: close\r\n\r\n'),
    ],
  ];

  it.each(OTHERS)(
    'stand on %s (%d), which may load nothing and be kept by nobody',
    async (_, status, ask) => {
      const answer = await ask();
      expect(answer.status).toBe(status);
      expect(answer.headers).toMatchObject({
        ...EVERYWHERE,
        'content-security-policy': NO_PAGE,
        'cache-control': 'no-store',
      });
    },
  );

  const PAGES: readonly [what: string, status: number, ask: () => Promise<Answer>][] = [
    ['the login page', 200, () => visit('/')],
    ['the login page again', 422, () => test.visitor().signIn('ada', 'wrong')],
    ['the welcome page', 200, () => signedIn('/welcome')],
    ['a page that is not there', 404, () => visit('/nothing')],
    [
      'a page that is not allowed',
      403,
      () => test.visitor().post('/login', {}, { origin: 'null', 'sec-fetch-site': null }),
    ],
    ['a page for too large a form', 413, () => test.visitor().post('/login', 'a'.repeat(5000))],
    [
      'a page for a wrong type',
      415,
      () => test.visitor().post('/login', '{}', { 'content-type': 'application/json' }),
    ],
    ['a page for a broken address', 400, () => visit('/broken/%zz')],
    ['a page for our own fault', 500, () => visit('/broken')],
  ];

  it.each(PAGES)('stand on %s (%d), with a policy of its own', async (_, status, ask) => {
    const { body, headers, ...answer } = await ask();
    expect(answer.status).toBe(status);
    expect(headers).toMatchObject({ ...EVERYWHERE, 'cache-control': 'no-store' });
    const [, nonce = ''] = PAGE.exec(headers['content-security-policy'] as string) ?? [];
    expect(nonce).toHaveLength(22);
    const scripts = body.match(/<script\b[^>]*>/g) ?? [];
    expect(scripts.every(script => script.includes(`nonce="${nonce}"`))).toBe(true);
    expect(body).not.toMatch(/\son\w+="|\sstyle="|<style/);
  });

  it.each(['style', 'page', 'mark'])('stand on the static file %s, which is kept for a year', async name => {
    const path = await asset(name);
    for (const encoding of [null, 'gzip', 'br']) {
      const answer = await visit(path, { 'accept-encoding': encoding });
      expect(answer.status).toBe(200);
      expect(answer.headers).toMatchObject({
        ...EVERYWHERE,
        'content-security-policy': NO_PAGE,
        'cache-control': 'public, max-age=31536000, immutable',
        vary: 'Accept-Encoding',
      });
      expect(answer.headers['content-encoding']).toBe(encoding ?? undefined);
      expect(answer.setCookies).toEqual([]);
    }
  });

  it('come with a static file as the browser takes it, and never as it says that it does not', async () => {
    const path = await asset('style');
    for (const [accepts, encoding] of [
      ['gzip, deflate, br, zstd', 'br'],
      ['gzip;q=0.5, br;q=0.05', 'br'],
      ['br;q=0, gzip', 'gzip'],
      ['GZIP, BR; q=0.000', 'gzip'],
      ['br;q=0,gzip;q=0.0', undefined],
    ] as const) {
      const { headers } = await visit(path, { 'accept-encoding': accepts });
      expect([accepts, headers['content-encoding']]).toEqual([accepts, encoding]);
    }
  });

  it('have a new nonce on every page', async () => {
    const policies = await Promise.all([...Array(50).keys()].map(() => visit('/login')));
    expect(new Set(policies.map(({ headers }) => headers['content-security-policy'])).size).toBe(50);
  });

  it('leave out what tells of the machinery', async () => {
    for (const path of ['/', '/nothing', '/health/live', await asset('style')]) {
      const { headers } = await visit(path);
      for (const name of ['x-powered-by', 'server', 'etag', 'last-modified'])
        expect(headers[name]).toBeUndefined();
    }
  });

  it('name no place for reports that browsers look for over https alone', async () => {
    for (const path of ['/', '/nothing', '/health/live'])
      expect((await visit(path)).headers['reporting-endpoints']).toBeUndefined();
  });
});

describe('security headers over https', () => {
  it('tell browsers of both kinds where to report what they blocked', async () => {
    const test = await TestApp.start({ PUBLIC_URL: 'https://login.example.com' });
    for (const path of ['/', '/nothing']) {
      const { headers } = await test.visitor().get(path);
      expect(headers['reporting-endpoints']).toBe('csp="/csp-report"');
      expect(headers['content-security-policy']).toMatch(/; report-to csp; report-uri \/csp-report$/);
    }
    await test.close();
  });
});
