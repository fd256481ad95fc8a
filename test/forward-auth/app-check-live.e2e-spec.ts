import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:net';
import { readFileSync } from 'node:fs';
import { Applications } from '../../src/applications/applications.js';
import { Catalogue } from '../../src/applications/catalogue.js';
import { Definition } from '../../src/applications/definition.js';
import { localOrigin } from '../../src/audit/security-event.js';
import { checkLive } from '../../src/cli/live/check-live.js';
import { AppConfig } from '../../src/config/app-config.js';
import { DataKeys } from '../../src/crypto/data-keys.js';
import { GateServer } from '../../src/forward-auth/gate-server.js';
import { cookieAt } from '../../src/http/cookies.js';
import { EchoApplication } from '../support/echo-application.js';
import { freePort } from '../support/free-port.js';
import { type Fault, type GatePlaces, GateProxy } from '../support/gate-proxies.js';
import { TestApp } from '../support/test-app.js';

/** Nobody listens there. */
const NOBODY = '127.0.0.1:1';

type Case = readonly [what: string, fault: Fault, said: RegExp];

const NGINX: readonly Case[] = [
  [
    'that asks at the gate about our own paths, too',
    ['gate.conf', 'location ^~ /.gatehouse/ {', 'location ^~ /.gatehouse-elsewhere/ {'],
    /^wiki: WIKI asks at the gate below \/\.gatehouse\/, too/m,
  ],
  [
    'that sends a Host that is no application’s',
    ['gate.conf', /(location \^~ \/\.gatehouse\/ \{[^}]+Host )\S+;/, '$1elsewhere.example;'],
    /^wiki: WIKI arrives at Gatehouse with the Host of no application\. Its proxy must send/m,
  ],
  [
    'that sends another application’s Host',
    ['gate.conf', /(location \^~ \/\.gatehouse\/ \{[^}]+Host )\S+:(\d+;)/, '$1tools.example.net:$2'],
    /^wiki: WIKI arrives at Gatehouse as https:\/\/tools\.example\.net:\d+\. Its proxy must send/m,
  ],
  [
    'that takes cookies away',
    ['gate.conf', 'location ^~ /.gatehouse/ {', 'location ^~ /.gatehouse/ { proxy_set_header Cookie "";'],
    /^wiki: WIKI arrives without its cookies: everybody would go round in a circle\./m,
  ],
  [
    'that passes our paths on to the application',
    ['gate.conf', 'http://gatehouse/.gatehouse/', 'http://127.0.0.1:APPLICATION/.gatehouse/'],
    /^wiki: WIKI answers 200 below \/\.gatehouse\/, and Gatehouse did not say so\./m,
  ],
  [
    'that does not reach Gatehouse',
    ['nginx.conf', /(upstream gatehouse \{\s+server )\S+;/, `$1${NOBODY};`],
    /^wiki: WIKI answers 503 below \/\.gatehouse\/\. The proxy does not reach Gatehouse/m,
  ],
  [
    'that does not reach the gate',
    ['nginx.conf', /(upstream gatehouse_gate \{\s+server )\S+;/, `$1${NOBODY};`],
    /^wiki: WIKI answers 503 to somebody without a session\. The gate could not be asked/m,
  ],
  [
    'that the gate does not let ask',
    ['gate.conf', 'location = /.gatehouse/auth {', 'location = /.gatehouse/auth { proxy_bind 127.0.0.2;'],
    /^wiki: WIKI is closed to everybody: the gate does not let its proxy ask\..+GATE_PEERS/m,
  ],
  [
    'whose question has a header twice',
    [
      'gate.conf',
      'proxy_set_header X-Original-Method $request_method;',
      'proxy_set_header X-Original-Method $request_method; proxy_set_header X-Original-Method GET;',
    ],
    /^wiki: WIKI is closed to everybody: what its proxy asks the gate is no question\..+came twice/m,
  ],
  [
    'whose question lacks a header',
    ['gate.conf', 'proxy_set_header X-Original-Method $request_method;', ''],
    /^wiki: WIKI is closed to everybody: what its proxy asks the gate is no question\./m,
  ],
  [
    'that asks about another host',
    ['gate.conf', 'https://$server_name', 'https://elsewhere.example'],
    /^wiki: WIKI is closed to everybody: its proxy asks the gate about a host that is no application’s\./m,
  ],
  [
    'that asks with another scheme',
    ['gate.conf', 'X-Original-URL https://', 'X-Original-URL http://'],
    /^wiki: WIKI is closed to everybody: .+ the right host with the wrong scheme or port\./m,
  ],
  [
    'that says nothing of what browsers say of themselves',
    [
      'gate.conf',
      'location = /.gatehouse/auth {',
      'location = /.gatehouse/auth { proxy_set_header Accept ""; proxy_set_header Sec-Fetch-Mode ""; ' +
        'proxy_set_header Sec-Fetch-Dest "";',
    ],
    /^wiki: WIKI takes people for programs, and leads nobody to the sign-in/m,
  ],
  [
    'that answers before it asks',
    ['nginx.conf', /proxy_pass http:\/\/127.0.0.1:APPLICATION;/, 'return 303 /login;'],
    /^wiki: WIKI answers 303 to somebody without a session: its proxy does not ask at the gate/m,
  ],
  [
    'that asks nobody at all',
    ['nginx.conf', /(server_name wiki.example.com;\s+)include gate.conf;/, '$1'],
    /^wiki: WIKI answers 200 below \/\.gatehouse\/.+\nwiki: WIKI answers 200 to somebody without a session: its proxy does not ask/m,
  ],
  [
    'that knows no such name',
    ['nginx.conf', 'server_name wiki.example.com;', 'server_name tiki.example.com;'],
    /^wiki: WIKI is a name that the server there does not know: write it into the proxy’s configuration/m,
  ],
  [
    'that has no certificate for the name',
    ['nginx.conf', /nginx(\/server\.crt;\s+ssl_certificate_key \S+)nginx/, 'postgres$1postgres'],
    /^wiki: WIKI has a certificate for other names: give its proxy one for this name/m,
  ],
];

const CADDY: readonly Case[] = [
  [
    'that asks at the gate about our own paths, too',
    ['Caddyfile', /reverse_proxy @ours \S+/, ''],
    /^wiki: WIKI asks at the gate below \/\.gatehouse\/, too/m,
  ],
  [
    'that sends a Host that is no application’s',
    ['Caddyfile', /(reverse_proxy @ours \S+)/, '$1 {\nheader_up Host elsewhere.example\n}'],
    /^wiki: WIKI arrives at Gatehouse with the Host of no application\./m,
  ],
  [
    'that takes cookies away',
    ['Caddyfile', /(reverse_proxy @ours \S+)/, '$1 {\nheader_up -Cookie\n}'],
    /^wiki: WIKI arrives without its cookies: everybody would go round in a circle\./m,
  ],
  [
    'that passes our paths on to the application',
    ['Caddyfile', /reverse_proxy @ours \S+/, 'reverse_proxy @ours 127.0.0.1:APPLICATION'],
    /^wiki: WIKI answers 200 below \/\.gatehouse\/, and Gatehouse did not say so\./m,
  ],
  [
    'that does not reach Gatehouse',
    ['Caddyfile', /reverse_proxy @ours \S+/, `reverse_proxy @ours ${NOBODY}`],
    /^wiki: WIKI answers 503 below \/\.gatehouse\/\. The proxy does not reach Gatehouse/m,
  ],
  [
    'that does not reach the gate',
    ['Caddyfile', /forward_auth \S+ \{/, `forward_auth ${NOBODY} {`],
    /^wiki: WIKI answers 503 to somebody without a session\. The gate could not be asked/m,
  ],
  [
    'whose question has a header twice',
    ['Caddyfile', 'uri /forward-auth/caddy?', 'uri /forward-auth/caddy?\nheader_up +X-Forwarded-Proto https'],
    /^wiki: WIKI is closed to everybody: what its proxy asks the gate is no question\./m,
  ],
  [
    'that asks about another host',
    [
      'Caddyfile',
      'uri /forward-auth/caddy?',
      'uri /forward-auth/caddy?\nheader_up X-Forwarded-Host elsewhere.example',
    ],
    /^wiki: WIKI is closed to everybody: its proxy asks the gate about a host that is no application’s\./m,
  ],
  [
    'that asks with another scheme',
    ['Caddyfile', 'uri /forward-auth/caddy?', 'uri /forward-auth/caddy?\nheader_up X-Forwarded-Proto http'],
    /^wiki: WIKI is closed to everybody: .+ the right host with the wrong scheme or port\./m,
  ],
  [
    'that says nothing of what browsers say of themselves',
    [
      'Caddyfile',
      'uri /forward-auth/caddy?',
      'uri /forward-auth/caddy?\nheader_up -Accept\nheader_up -Sec-Fetch-Mode\nheader_up -Sec-Fetch-Dest',
    ],
    /^wiki: WIKI takes people for programs, and leads nobody to the sign-in/m,
  ],
  [
    'that asks nobody at all',
    ['Caddyfile', /# Where people enter[^]*?(?=# For applications)/, ''],
    /^wiki: WIKI answers 200 below \/\.gatehouse\/.+\nwiki: WIKI answers 200 to somebody without a session: its proxy does not ask/m,
  ],
  [
    'that knows no such name',
    ['Caddyfile', 'wiki.example.com {', 'tiki.example.org {'],
    /^wiki: WIKI answers 200 below .+ the name leads to another server, or its proxy has no site of that name/m,
  ],
  [
    'that has no certificate for the name',
    ['Caddyfile', /(?<=gate\) \{\s+tls \S+)nginx(\S+) (\S+)nginx/, 'postgres$1 $2postgres'],
    /^wiki: WIKI has a certificate for other names/m,
  ],
];

/** Everything but the command line itself, which test/process/app-check-live types. */
describe.each([
  ['nginx', NGINX],
  ['caddy', CADDY],
] as const)('app check --live, of %s,', (kind, cases) => {
  let [test, application, gate]: [TestApp, EchoApplication, Server | null] = [null!, null!, null];
  let places: GatePlaces;
  let proxy: GateProxy | null = null;

  beforeAll(async () => {
    application = await EchoApplication.start();
    const [port, gatePort, app] = [await freePort(), await freePort(), application.port];
    test = await TestApp.start({
      PUBLIC_URL: `https://login.example.com:${port}`,
      TRUST_PROXY: 'loopback',
      GATE_LISTEN: `127.0.0.1:${gatePort}`,
      GATE_PEERS: '127.0.0.1',
    });
    gate = await test.get(GateServer).listen();
    places = { port, server: test.port, gate: gatePort, wiki: app, tools: app };
    for (const [name, host] of [
      ['wiki', 'wiki.example.com'],
      ['tools', 'tools.example.net'],
    ] as const)
      await test
        .get(Applications)
        .add(
          Definition.parse({ name, everybody: true, origins: [`https://${host}:${port}`] }),
          localOrigin('test'),
        );
  });
  afterEach(async () => {
    await proxy?.stop();
    proxy = null;
  });
  afterAll(async () => {
    gate?.closeAllConnections();
    gate?.close();
    await application.stop();
    await test.close();
  });

  const start = async (faults: readonly Fault[] = []) => {
    const put = (text: string) => text.replaceAll('APPLICATION', String(places.wiki));
    const filled = faults.map(([file, from, to]): Fault => [
      file,
      typeof from === 'string' ? put(from) : new RegExp(put(from.source), from.flags),
      put(to),
    ]);
    proxy = await GateProxy[kind](places, filled);
  };
  const check = async (changes: { keys?: DataKeys; authority?: string | null } = {}) => {
    const config = test.get(AppConfig);
    const { all } = await test.get(Catalogue).current();
    const asked = {
      ...{ keys: test.get(DataKeys), publicUrl: config.publicUrl, at: '127.0.0.1' },
      cookieNameAt: (origin: string) => `${cookieAt(origin, 'browser', config)}-check0`,
      authority: proxy === null ? null : readFileSync(proxy.authority, 'utf8'),
      ...changes,
    };
    return (await Promise.all(all.map(one => checkLive(one, asked)))).flat().join('\n');
  };

  it('finds nothing where it is as it stands in deploy/', async () => {
    await start();
    expect(await check()).toBe('');
  });

  it.each(cases)('finds one %s', async (_, fault, words) => {
    await start([fault]);
    const wiki = `https://wiki\\.example\\.com:${places.port}`;
    expect(await check()).toMatch(new RegExp(words.source.replaceAll('WIKI', wiki), words.flags));
  });

  it('finds that it speaks no TLS', async () => {
    // The application itself stands at the proxy's port.
    const { port } = places;
    const plain = await EchoApplication.start(null, port);
    expect(await check()).toMatch(/wiki\S+ does not speak TLS: its proxy must listen with TLS at that port/);
    await plain.stop();
  });

  it('finds that it ends the connection without an answer, or gives none', async () => {
    const mute = createServer(socket => socket.destroy()).listen(places.port, '127.0.0.1');
    await once(mute, 'listening');
    expect(await check()).toMatch(/wiki\S+ ends the connection without an answer/);
    mute.close();
    await once(mute, 'close');
  });

  it('finds that it is not there', async () => {
    expect(await check()).toMatch(/wiki\S+ cannot be reached: nobody listens at that port\./);
  });

  it('finds an authority that nobody knows, and says how to name it', async () => {
    await start();
    expect(await check({ authority: null })).toMatch(
      /wiki\S+ has a certificate of an authority that this machine does not know\. .+--ca FILE/,
    );
  });

  it('finds another Gatehouse, by what it cannot prove', async () => {
    const other = await TestApp.start();
    await start();
    expect(await check({ keys: other.get(DataKeys) })).toMatch(
      /wiki\S+ is answered by another Gatehouse than this one/,
    );
    await other.close();
  });

  it('sends nothing that opens anything to whoever answers', async () => {
    const [, fault] = cases.find(([what]) => what === 'that asks nobody at all') ?? [];
    await start(fault === undefined ? [] : [fault]);
    application.received.length = 0;
    await check();
    await check();
    const pings = application.received.filter(({ url }) => url === '/.gatehouse/ping');
    expect(pings.length).toBeGreaterThanOrEqual(2);
    for (const { headers, method, body } of pings) {
      expect([method, body, headers.authorization]).toEqual(['GET', '', undefined]);
      expect(headers.cookie).toMatch(/^__Host-gatehouse-browser-\d+-check0=[\w-]{43}$/);
    }
    for (const name of ['cookie', 'gatehouse-challenge'])
      expect(new Set(pings.map(({ headers }) => headers[name])).size).toBe(pings.length);
    expect(pings.filter(({ headers }) => 'x-gatehouse-token' in headers)).toEqual([]);
    expect(await test.sql('SELECT * FROM application_sessions')).toEqual([]);
  });
});
