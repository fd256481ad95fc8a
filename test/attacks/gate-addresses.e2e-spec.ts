import { connect as connectTls } from 'node:tls';
import { Gate, type Asked } from '../../src/forward-auth/gate.js';
import { GatedSite } from '../support/gated-site.js';
import { NAVIGATION } from '../support/wanderer.js';

/** Segments that some program reads otherwise than another one. */
const PIECES = [
  '..',
  '.',
  '%2e%2e',
  '%2E.',
  '.%2e',
  '%2f',
  '%5c',
  '..%2f',
  '..%5c',
  '..;',
  ';',
  '..;/',
  '%00',
  '%0a',
  '%0d%0a',
  '%252e%252e',
  '..%252f',
  '%c0%ae%c0%ae',
  '%ef%bc%8f',
  '%u002e',
  '...',
  '....//',
  '~',
  '%7e',
  '?',
  '%3f',
  '%23',
  '*',
  ':',
  '%',
  '%%',
  '%zz',
  '%2',
  '\t',
  '\\',
  '\\..',
  '/',
  '//',
  '///',
  'é',
  '\u00ff',
  '|',
  '"',
  '<',
  '`',
  '{',
  '^',
];

/** Addresses that begin in the open part, or look so, and may lead out of it. */
const ADDRESSES = [
  ...PIECES.flatMap(piece => [
    `/public/${piece}/admin`,
    `/public${piece}admin`,
    `/${piece}/public/admin`,
    `/public/a${piece}`,
  ]),
  '//public/admin',
  '/public//admin',
  '///',
  '//wiki.example.com/public',
  '/PUBLIC/a',
  '/Public',
  '/%70ublic/a',
  '/public/../admin',
  '/public/./a',
  '/public/a/../../admin',
  '/public/.hidden',
  '/publicity',
  '/public;x=1/../admin',
  '/public%2f..%2fadmin',
  '/public/a#/../../admin',
  '/public/#',
  '/public?/../admin',
  '/public/a?x=%2e%2e',
  'public/a',
  '*',
  '',
  '.',
  'http://wiki.example.com/public/a',
  'http://tools.example.net/public/a',
  'https://wiki.example.com/admin',
  'http://wiki.example.com',
  '/.gatehouse/../admin',
  '/public/../.gatehouse/auth',
  '/.gatehouse/auth',
  '/%2egatehouse/auth',
  '/.gatehouse/%2e%2e/admin',
  '/.gatehouse/..%2fadmin',
  '/.gatehouse//../../admin',
];

/** Ways to write a path of ours: some proxies pass them on as one, and others ask about them. */
const WRITTEN_OTHERWISE = [
  '/.GATEHOUSE/start',
  '/.Gatehouse/x',
  '//.gatehouse/start',
  '/a/../.gatehouse/start',
  '/./.gatehouse/start',
  '/%2egatehouse/start',
  '/.%67atehouse/start',
  '/.gatehouse%2fstart',
  '/%2E%47atehouse/',
  '/login/../.gatehouse/x',
  '/account/security/passkeys/..%2f..%2f..%2f..%2f.gatehouse%2fx',
  // What no letters come out of, what would begin a query or a fragment, and what is decoded once alone.
  '/.%67atehouse/%ff',
  '/.%67atehouse%2f%c0%ae',
  '/%3f/../.gatehouse/x',
  '/%23/../.gatehouse/x',
  '/.%67atehouse/%252e%252e/x',
  '/.%67atehouse/%5c..%5c..%5cx',
];

/** What our own site says of itself, and would be said of the application's. */
const OF_OUR_SITE = [
  'strict-transport-security',
  'cross-origin-opener-policy',
  'cross-origin-embedder-policy',
  'permissions-policy',
  'clear-site-data',
];

/** Everything that a very lenient server may make of a path: decoded twice, backslashes and parameters gone, dots resolved. */
function readLeniently(address: string): string {
  let path = address.split(/[?#]/)[0] ?? '';
  for (let round = 0; round < 2; round += 1) {
    try {
      path = decodeURIComponent(path);
    } catch {
      path = path.replaceAll('%2e', '.').replaceAll('%2f', '/');
    }
  }
  const plain = path
    .replaceAll('\\', '/')
    .replace(/;[^/]*/g, '')
    .replace(/\/+/g, '/');
  return new URL(plain.startsWith('/') ? plain : `/${plain}`, 'http://x').pathname;
}

describe.each(['nginx', 'caddy'] as const)('%s, asked for addresses that can be read in two ways', kind => {
  let site: GatedSite;
  const asked: Asked[] = [];
  beforeAll(async () => {
    site = await GatedSite.start(kind);
    await site.add({ openPaths: [{ prefix: '/public', methods: ['GET'] }] });
    const gate = site.test.get(Gate);
    const { answer } = gate;
    gate.answer = question => {
      asked.push(question);
      return Reflect.apply(answer, gate, [question]);
    };
  });
  afterAll(() => site.close());

  /** Sends a request line exactly as it is, over TLS. @returns the status, or 0 where the connection was closed. */
  const ask = (line: string, headers: readonly string[]): Promise<number> =>
    new Promise(resolve => {
      const { port } = site.places;
      const socket = connectTls({
        port,
        host: '127.0.0.1',
        servername: 'wiki.example.com',
        rejectUnauthorized: false,
      });
      let text = '';
      socket.on('secureConnect', () =>
        socket.write(
          Buffer.from(
            [line, `Host: wiki.example.com:${port}`, 'Connection: close', ...headers, '', ''].join('\r\n'),
          ),
        ),
      );
      socket.on('data', chunk => (text += chunk.toString('latin1')));
      // What was read by then counts.
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)));
    });

  it('has enough of them', () => {
    expect(new Set(ADDRESSES).size).toBeGreaterThan(200);
  });

  it('opens none to nobody that the application reads as something else', async () => {
    let opened = 0;
    for (const address of ADDRESSES) {
      site.wikiApp.received.length = 0;
      asked.length = 0;
      const status = await ask(`GET ${address} HTTP/1.1`, []);
      const [received] = site.wikiApp.received;
      expect([address, site.toolsApp.received]).toEqual([address, []]);
      if (received === undefined) continue;
      opened += 1;
      expect([address, status, asked.map(question => question.address)]).toEqual([
        address,
        200,
        [received.url],
      ]);
      expect([address, readLeniently(received.url)]).toEqual([
        address,
        expect.stringMatching(/^\/public(\/|$)/),
      ]);
    }
    // Otherwise nothing was tried.
    expect(opened).toBeGreaterThan(3);
  });

  it('asks about what the application gets, of somebody who is there', async () => {
    const ada = await site.test.person('ada').then(() => site.inside());
    const cookie = `Cookie: ${ada.cookiesOf('wiki.example.com')}`;
    let passed = 0;
    for (const address of ADDRESSES) {
      site.wikiApp.received.length = 0;
      asked.length = 0;
      await ask(`GET ${address} HTTP/1.1`, [cookie]);
      const [received] = site.wikiApp.received;
      if (received === undefined) continue;
      passed += 1;
      expect([address, asked.map(question => [question.address, question.origin])]).toEqual([
        address,
        [[received.url, site.wiki]],
      ]);
    }
    expect(passed).toBeGreaterThan(50);
  });

  it.each(WRITTEN_OTHERWISE)('says nothing of our own site where %s is asked for', async raw => {
    for (const method of ['GET', 'POST']) {
      const { headers } = await site.visitor().send(site.wiki, { raw, method, headers: NAVIGATION });
      expect(OF_OUR_SITE.filter(name => headers[name] !== undefined)).toEqual([]);
    }
  });

  it('asks with the method that the application gets', async () => {
    for (const line of [
      'POST /public HTTP/1.1',
      'get /public HTTP/1.1',
      'GET\t/public HTTP/1.1',
      'PROPFIND /public HTTP/1.1',
      'G%45T /public HTTP/1.1',
      'CONNECT wiki.example.com:443 HTTP/1.1',
      'TRACE /public HTTP/1.1',
    ]) {
      site.wikiApp.received.length = 0;
      await ask(line, ['X-HTTP-Method-Override: GET', 'X-Original-Method: GET', 'X-Forwarded-Method: GET']);
      expect([line, site.wikiApp.received]).toEqual([line, []]);
    }
  });
});
