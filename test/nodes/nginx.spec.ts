import { connect as connectTls, type SecureVersion } from 'node:tls';
import { connect as connectHttp2 } from 'node:http2';
import { once } from 'node:events';
import { Nginx } from '../support/nginx.js';
import {
  BEFORE_APPLICATIONS,
  type Configuration,
  DOCUMENTED,
  SHIPPED,
} from '../support/nginx-configuration.js';
import { type RawAnswer, rawRequest, rawTlsRequest } from '../support/raw-request.js';
import { SecureVisitor } from '../support/secure-visitor.js';
import { PASSWORD } from '../support/password.js';
import { TwoNodes } from './two-nodes.js';

describe('nginx in front of the nodes', () => {
  let installation: TwoNodes;
  let nginx: Nginx;
  beforeAll(async () => {
    installation = await TwoNodes.start();
    nginx = installation.nginx;
  });
  afterAll(() => installation?.stop());

  /** The version of TLS that both agree on for a name, or why they do not. */
  async function tls(servername: string, maxVersion: SecureVersion): Promise<string> {
    const options = { host: '127.0.0.1', port: nginx.port, ca: nginx.authority, servername };
    const socket = connectTls({ ...options, minVersion: 'TLSv1', maxVersion });
    try {
      await once(socket, 'secureConnect');
      return String(socket.getProtocol());
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    } finally {
      socket.destroy();
    }
  }

  it('speaks TLS 1.3 and 1.2, and nothing older', async () => {
    expect(await tls('localhost', 'TLSv1.3')).toBe('TLSv1.3');
    expect(await tls('localhost', 'TLSv1.2')).toBe('TLSv1.2');
    expect(await tls('localhost', 'TLSv1.1')).toMatch(/^(ERR_SSL|ECONNRESET)/);
  });

  it('answers under its own name only', async () => {
    expect(await tls('another.example.com', 'TLSv1.3')).toMatch(/UNRECOGNIZED_NAME/);
    const asked = rawRequest(nginx.plainPort, 'GET / HTTP/1.1\r\nHost: another.example.com\r\n\r\n');
    await expect(asked).rejects.toThrow('ECONNRESET');
  });

  it('speaks HTTP/2', async () => {
    const options = { ca: nginx.authority, servername: 'localhost' };
    const session = connectHttp2(`https://127.0.0.1:${nginx.port}`, options);
    try {
      const stream = session.request({ ':path': '/login', ':authority': `localhost:${nginx.port}` });
      const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
      expect(headers).toMatchObject({ ':status': 200, 'x-frame-options': 'DENY' });
    } finally {
      session.destroy();
    }
  });

  it('tells the nodes where people come from, whatever they say themselves', async () => {
    const lies = {
      'x-forwarded-for': '198.51.100.7',
      forwarded: 'for=198.51.100.8',
      'x-real-ip': '198.51.100.9',
    };
    const visitor = installation.visitor();
    await visitor.insist('/login', { username: 'ada', password: PASSWORD }, lies);
    const { body } = await visitor.get('/account/devices', lies);
    expect(body).toContain('127.0.0.1');
    expect(body).not.toContain('198.51.100');
  });

  it('writes down no secret of an address, and no address that people come from', async () => {
    const visitor = installation.visitor();
    const { status } = await visitor.get('/reset?token=a-secret-of-a-mail', {
      referer: `${visitor.origin}/verify?token=another-secret`,
    });
    expect(status).toBeLessThan(500);
    await nginx.access({ path: '/reset', status, method: 'GET' });
    expect(nginx.log()).not.toMatch(/secret|token/);
  });

  it('takes no more than a form holds', async () => {
    const visitor = installation.visitor();
    expect((await visitor.post('/login', { username: 'a'.repeat(70_000) })).status).toBe(413);
    expect((await nginx.access({ path: '/login', status: 413 })).node).toBe('');
  });

  it('gives nothing at all to who names no host', async () => {
    const asked = rawTlsRequest(nginx, 'GET / HTTP/1.1\r\n\r\n').then(({ text }) => text);
    expect(await asked.catch(() => '')).toBe('');
  });

  it('leaves the headers of the nodes alone: each stands there once', async () => {
    const { head } = await rawTlsRequest(
      nginx,
      'GET /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    );
    for (const name of [
      'strict-transport-security',
      'x-content-type-options',
      'content-security-policy',
      'cache-control',
    ])
      expect(head.match(new RegExp(`^${name}: `, 'gm'))).toHaveLength(1);
    expect(head).not.toContain('x-from-above');
  });

  it('compresses files, and no page', async () => {
    const visitor = installation.visitor();
    const asked = { 'accept-encoding': 'gzip' };
    const { headers, body } = await visitor.get('/login', asked);
    expect(headers['content-encoding']).toBeUndefined();
    const style = /href="(\/assets\/style-\w+\.css)"/.exec(body)?.[1] ?? '';
    expect((await visitor.get(style, asked)).headers).toMatchObject({ 'content-encoding': 'gzip' });
  });
});

/** The configurations that operators get. */
const CONFIGURATIONS: readonly (readonly [string, Configuration])[] = [
  ['deploy/nginx.conf', SHIPPED],
  ['the nginx of docs/tls.md', DOCUMENTED],
  ['deploy/forward-auth/nginx.conf', BEFORE_APPLICATIONS],
];

describe.each(CONFIGURATIONS.slice(0, 2))('%s, in clear,', (_, configuration) => {
  let nginx: Nginx;
  beforeAll(async () => {
    nginx = await Nginx.start([1, 1], configuration);
  });
  afterAll(() => nginx?.stop());

  const inClear = (request: string, headers = '') =>
    rawRequest(
      nginx.plainPort,
      `${request} HTTP/1.1\r\nHost: localhost\r\n${headers}Connection: close\r\n\r\n`,
    );

  it('sends people from http to https, with what they asked for', async () => {
    const accept = 'Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n';
    const { status, head } = await inClear('GET /login?return_to=%2Faccount', accept);
    expect(status).toBe(308);
    expect(head).toMatch(/^location: https:\/\/localhost\/login\?return_to=%2faccount$/m);
    expect(head).toMatch(/^server: nginx$/m);
  });

  it.each([
    ['a program', 'GET /session', 'Accept: application/json\r\n'],
    ['a program that takes anything', 'GET /session', 'Accept: */*\r\n'],
    ['a program that says nothing', 'GET /.well-known/gatehouse.jwks', ''],
    ['a form', 'POST /login', 'Accept: text/html\r\nContent-Length: 0\r\n'],
  ])('leads nothing else there, which would go on in clear unnoticed: %s', async (_, request, headers) => {
    const { status, head, text } = await inClear(request, headers);
    expect([status, text.split('\r\n\r\n')[1]]).toEqual([
      403,
      expect.stringMatching(/^Only https is spoken here\./),
    ]);
    expect(head).not.toMatch(/^(location|strict-transport-security):/m);
    expect(head).toMatch(/^content-type: text\/plain; charset=utf-8$/m);
  });
});

describe.each(CONFIGURATIONS)('%s, without any node,', (_, configuration) => {
  let nginx: Nginx;
  beforeAll(async () => {
    nginx = await Nginx.start([1, 1], configuration);
  });
  afterAll(() => nginx?.stop());

  /** What stands in an answer that no node gave. */
  const expectOwn = ({ status, head, text }: RawAnswer, expected: number) => {
    const body = text.split('\r\n\r\n')[1];
    expect([status, body]).toEqual([expected, expect.stringMatching(/^[A-Z][^<]+\.\n$/)]);
    expect(head).toMatch(/^strict-transport-security: max-age=63072000; includesubdomains\r?$/m);
    expect(head).toMatch(/^x-content-type-options: nosniff\r?$/m);
    expect(head).toMatch(/^content-security-policy: default-src 'none'; .*frame-ancestors 'none'\r?$/m);
    expect(head).toMatch(/^content-type: text\/plain; charset=utf-8\r?$/m);
    expect(head).toMatch(/^cache-control: no-store\r?$/m);
    expect(head).toMatch(/^server: nginx\r?$/m);
  };

  it.each([
    ['a header that is none', 'GET / HTTP/1.1\r\nHost: localhost\r\n broken\r\n\r\n', 400],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
    ],
    [
      'a head that is too large',
      `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`,
      400,
    ],
    ['TRACE', 'TRACE / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 405],
    [
      'a body that is too large',
      'POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 70000\r\n\r\n'.padEnd(70_100, 'x'),
      413,
    ],
    ['an address that is too long', `GET /${'x'.repeat(40_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 414],
    [
      'a coding that it does not know',
      'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n',
      501,
    ],
    ['another version', 'GET / HTTP/3.0\r\nHost: localhost\r\n\r\n', 505],
  ])('answers %s by itself with the headers of the nodes', async (_, request, status) => {
    expectOwn(await rawTlsRequest(nginx, request), status);
  });

  it('says that it is for a moment', async () => {
    const visitor = new SecureVisitor(nginx);
    for (const answer of [await visitor.get('/login'), await visitor.post('/login')]) {
      expect(answer).toMatchObject({
        status: 503,
        headers: {
          'retry-after': '5',
          'cache-control': 'no-store',
          'strict-transport-security': 'max-age=63072000; includeSubDomains',
          'x-content-type-options': 'nosniff',
          'content-security-policy': expect.stringContaining("frame-ancestors 'none'") as string,
          'content-type': 'text/plain; charset=utf-8',
        },
        body: 'The sign-in server cannot be reached at the moment. Try again in a few seconds.\n',
      });
    }
    visitor.leave();
  });
});
