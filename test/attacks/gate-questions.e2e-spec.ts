import { request } from 'node:http';
import { createConnection } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { localOrigin } from '../../src/audit/security-event.js';
import { Applications } from '../../src/applications/applications.js';
import { Definition } from '../../src/applications/definition.js';
import { GateServer } from '../../src/forward-auth/gate-server.js';
import { TestApp } from '../support/test-app.js';

type Headers = Record<string, string | string[]>;

const NGINX: Headers = { 'x-original-url': 'https://wiki.example.com/open/a', 'x-original-method': 'GET' };
const CADDY: Headers = {
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'wiki.example.com',
  'x-forwarded-uri': '/open/a',
  'x-forwarded-method': 'GET',
};

let test: TestApp;
let gate: Server;

async function start(environment: Record<string, string> = {}): Promise<void> {
  test = await TestApp.start({ GATE_LISTEN: '0', ...environment });
  const definition = {
    ...{ name: 'wiki', origins: ['https://wiki.example.com'] as [string], everybody: true },
    openPaths: [{ prefix: '/open' }],
  };
  await test.get(Applications).add(Definition.parse(definition), localOrigin('test'));
  const listening = await test.get(GateServer).listen();
  if (listening === null) throw new Error('No gate.');
  gate = listening;
}
async function stop(): Promise<void> {
  gate.closeAllConnections();
  gate.close();
  await once(gate, 'close');
  await test.close();
}

const ask = (path: string, headers: Headers, method = 'GET'): Promise<number> =>
  new Promise((resolve, reject) => {
    const { port } = gate.address() as AddressInfo;
    const going = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, answer => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    going.on('error', reject);
    going.end();
  });

describe('a question at the gate', () => {
  beforeAll(() => start());
  afterAll(() => stop());

  it('is answered in each dialect, by whatever method it is asked', async () => {
    for (const method of ['GET', 'HEAD', 'POST', 'PROPFIND', 'OPTIONS'])
      expect([
        await ask('/forward-auth/nginx', NGINX, method),
        await ask('/forward-auth/caddy', CADDY, method),
        await ask('/forward-auth/traefik', CADDY, method),
      ]).toEqual([200, 200, 200]);
  });

  it('has no query: what a proxy puts there is the visitor’s', async () => {
    expect(await ask('/forward-auth/caddy?uri=/open/a&x-forwarded-uri=/open/a', CADDY)).toBe(200);
    const closed = { ...CADDY, 'x-forwarded-uri': '/closed' };
    expect(await ask('/forward-auth/caddy?uri=/open/a', closed)).toBe(401);
  });

  it('in one dialect says nothing in another', async () => {
    expect(await ask('/forward-auth/nginx', CADDY)).toBe(403);
    expect(await ask('/forward-auth/caddy', NGINX)).toBe(403);
    expect(
      await ask('/forward-auth/nginx', {
        ...NGINX,
        'x-original-url': 'https://wiki.example.com/closed',
        ...CADDY,
      }),
    ).toBe(401);
    expect(await ask('/forward-auth/caddy', { ...CADDY, 'x-forwarded-uri': '/closed', ...NGINX })).toBe(401);
  });

  it.each(Object.keys({ ...NGINX, ...CADDY }))('with %s twice is none', async name => {
    for (const [path, headers] of [
      ['nginx', NGINX],
      ['caddy', CADDY],
      ['traefik', CADDY],
    ] as const) {
      const value = headers[name];
      if (value === undefined) continue;
      expect(await ask(`/forward-auth/${path}`, { ...headers, [name]: [String(value), String(value)] })).toBe(
        403,
      );
      const { [name]: _, ...without } = headers;
      expect(await ask(`/forward-auth/${path}`, without)).toBe(403);
      expect(await ask(`/forward-auth/${path}`, { ...headers, [name]: '' })).toBe(403);
    }
  });

  it.each(['https://wiki.example.com:443/open/a', 'HTTPS://Wiki.EXAMPLE.com/open/a'])(
    'may write the address as %s',
    async url => {
      expect(await ask('/forward-auth/nginx', { ...NGINX, 'x-original-url': url })).toBe(200);
    },
  );

  it.each([
    'http://wiki.example.com/open/a',
    'https://wiki.example.com./open/a',
    'https://wiki.example.com:4443/open/a',
    'https://wiki.example.com:99999/open/a',
    'https://ada@wiki.example.com/open/a',
    'https://wiki.example.com@evil.example/open/a',
    'https://evil.example/open/a',
    'https://xwiki.example.com/open/a',
    'https://wiki.example.com.evil.example/open/a',
    'https://wiki.example.com',
    'https://wiki.example.com//open/a',
    'https://wiki.example.com/open/a#b',
    'https://wiki.example.com/open/a b',
    'https://wiki.example.com\\open/a',
    'https://wiki.example.com/open\\a',
    'https://wiki.example.com/open/\u00e9',
    'https://[::1]/open/a',
    'https:///open/a',
    '//wiki.example.com/open/a',
    '/open/a',
    'javascript:alert(1)',
    'https://wiki.example.com/open/a,https://wiki.example.com/open/a',
  ])('about %s is not answered with yes', async url => {
    const status = await ask('/forward-auth/nginx', {
      ...NGINX,
      'x-original-url': Buffer.from(url).toString('latin1'),
    });
    expect([401, 403]).toContain(status);
  });

  it.each(['get', 'GET,POST', 'G T', 'GET\u00e9', 'A'.repeat(40), '{}'])(
    'by the method %s is none',
    async method => {
      expect(
        await ask('/forward-auth/nginx', {
          ...NGINX,
          'x-original-method': Buffer.from(method).toString('latin1'),
        }),
      ).toBe(403);
    },
  );

  it.each([
    '/forward-auth',
    '/forward-auth/',
    '/forward-auth/apache',
    '/forward-auth/nginx/',
    '/FORWARD-AUTH/nginx',
    '//forward-auth/nginx',
    '/',
  ])('is not asked at %s', async path => expect(await ask(path, NGINX)).toBe(404));

  it('is not answered where people are', async () => {
    const found = await test
      .visitor()
      .send('GET', '/forward-auth/nginx', undefined, NGINX as Record<string, string>);
    expect(found.status).toBe(404);
  });

  it('that says it has a body, and has none, is the last on its connection', async () => {
    const { port } = gate.address() as AddressInfo;
    const socket = createConnection(port, '127.0.0.1');
    const head = (more: string) =>
      `GET /forward-auth/nginx HTTP/1.1\r\nHost: x\r\nX-Original-URL: https://wiki.example.com/open/a\r\nX-Original-Method: POST\r\n${more}\r\n`;
    socket.write(head('Content-Length: 100\r\n'));
    let text = '';
    socket.on('data', chunk => (text += String(chunk)));
    await once(socket, 'close');
    expect(text.toLowerCase()).toContain('connection: close');
    expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });
});

describe('whoever is not told of', () => {
  afterEach(() => stop());

  it('by its address gets no answer but no, and one line in the log says so', async () => {
    await start({ GATE_PEERS: '192.0.2.1' });
    expect([await ask('/forward-auth/nginx', NGINX), await ask('/forward-auth/caddy', CADDY)]).toEqual([
      403, 403,
    ]);
    expect(await ask('/forward-auth/nginx', { ...NGINX, 'x-forwarded-for': '192.0.2.1' })).toBe(403);
    expect(test.log.events('gate_refused')).toContainEqual(
      expect.objectContaining({ reason: 'peer', peer: '127.0.0.1' }),
    );
  });

  it('does not come by a socket that only some may open', async () => {
    const folder = `${test.dataDir}`;
    await start({ GATE_LISTEN: `${folder}.sock`, GATE_PEERS: '192.0.2.1' });
    const status = await new Promise<number>((resolve, reject) => {
      const going = request(
        { socketPath: `${folder}.sock`, path: '/forward-auth/nginx', headers: NGINX },
        answer => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        },
      );
      going.on('error', reject);
      going.end();
    });
    expect(status).toBe(200);
  });
});
