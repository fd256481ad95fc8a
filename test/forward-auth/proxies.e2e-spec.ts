import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { SignIns } from '../../src/sessions/sign-ins.js';
import type { Received } from '../support/echo-application.js';
import { GatedSite } from '../support/gated-site.js';
import { FETCH, type Found, NAVIGATION } from '../support/wanderer.js';

const echoed = ({ body }: Found) => JSON.parse(body) as Received;

/** What proxies are known to do, each by itself. */
describe.each(['nginx', 'caddy'] as const)('%s', kind => {
  let site: GatedSite;
  beforeAll(async () => {
    site = await GatedSite.start(kind);
    const ada = await site.test.person('ada');
    for (const group of GROUPS) await site.test.putInto(group, ada);
    await site.add({ toldGroups: GROUPS, assertion: true });
  });
  afterAll(() => site.close());

  it('passes on cookies and credentials of more than 4 kB, which the gate has answered with', async () => {
    const ada = await site.inside();
    const theirs = { a: 'a'.repeat(3000), b: 'b'.repeat(3000) };
    const cookie = `a=${theirs.a}; ${ada.cookiesOf('wiki.example.com')}; b=${theirs.b}`;
    const authorization = `Bearer ${'c'.repeat(6000)}`;
    const found = await ada.send(site.wiki, { headers: { ...FETCH, cookie, authorization } });
    expect(found.status).toBe(200);
    const { headers } = echoed(found);
    expect([headers.cookie, headers.authorization]).toEqual([`a=${theirs.a}; b=${theirs.b}`, authorization]);
  });

  it('gets no control character, and never more than 2.5 kB of who somebody is', async () => {
    const longest = '\u{20000}'.repeat(64);
    const id = await site.test.person(longest);
    for (const group of GROUPS) await site.test.putInto(group, id);
    const email = `${'e'.repeat(64)}@${`${'d'.repeat(62)}.`.repeat(2)}${'d'.repeat(59)}.org`;
    await site.test.sql(
      'UPDATE users SET display_name = $1, email = $2, email_confirmed_at = 1 WHERE username = $3',
      [`\u0141\r\nRemote-User: root\u2028${'\u{1f511}'.repeat(60)}`, email, longest],
    );
    const who = await site.inside(site.wiki, longest);
    const { raw } = echoed(await who.send(site.wiki, { headers: FETCH }));
    const told = new Map(
      raw.flatMap((text, at) => (at % 2 === 0 && /^remote-/i.test(text) ? [[text, raw[at + 1] ?? '']] : [])),
    );
    expect([...told.keys()].map(name => name.toLowerCase()).sort()).toEqual([
      'remote-assertion',
      'remote-email',
      'remote-groups',
      'remote-id',
      'remote-name',
      'remote-user',
    ]);
    const [name = '', user = ''] = ['name', 'user'].map(what =>
      Buffer.from(told.get(`Remote-${what[0]?.toUpperCase()}${what.slice(1)}`) ?? '', 'latin1').toString(),
    );
    expect([user, name]).toEqual([longest, expect.not.stringMatching(/[\p{Cc}\u2028]/u)]);
    expect(told.get('Remote-Email')).toHaveLength(254);
    const bytes = [...told].map(([header, value]) => `${header}: ${value}\r\n`).join('').length;
    expect(bytes).toBeGreaterThan(2000);
    expect(bytes).toBeLessThan(2500);
  });

  it('says where somebody comes from, whatever they say themselves', async () => {
    const ada = site.visitor();
    const spoofed = {
      'x-forwarded-for': '203.0.113.9',
      'x-real-ip': '203.0.113.9',
      forwarded: 'for=203.0.113.9',
    };
    const led = await ada.send(site.wiki, { headers: { ...NAVIGATION, ...spoofed } });
    let form = led;
    while (form.headers.location !== undefined)
      form = await ada.send(new URL(form.headers.location, form.url).href, {
        headers: { ...NAVIGATION, ...spoofed },
      });
    await site.signIn(ada, form);
    const again = await ada.send(`${site.wiki}/who`, { headers: { ...FETCH, ...spoofed } });
    expect(echoed(again).headers['x-forwarded-for']).toBe('127.0.0.1');
    for (const event of ['application_entered', 'authn_login_success'])
      expect(new Set(site.test.log.events(event).map(({ ip }) => ip))).toEqual(new Set(['127.0.0.1']));
  });

  it('gives every answer of the gate as one that nobody may keep or compare', async () => {
    const ada = await site.inside();
    for (const [who, headers] of [
      [site.visitor(), NAVIGATION],
      [site.visitor(), FETCH],
      [site.visitor(), { ...FETCH, 'if-none-match': '*', 'if-modified-since': new Date(0).toUTCString() }],
    ] as const) {
      const found = await who.send(site.wiki, { headers });
      expect(found.status).not.toBe(304);
      expect([found.headers['cache-control'], found.headers.etag, found.headers['last-modified']]).toEqual([
        'no-store',
        undefined,
        undefined,
      ]);
    }
    const inside = await ada.send(site.wiki, { headers: { ...FETCH, 'if-none-match': '*' } });
    expect(inside.status).toBe(200);
  });

  it('asks on one connection after a form that nobody may send, and answers the next one rightly', async () => {
    const ada = await site.inside();
    for (let round = 0; round < 4; round += 1) {
      const refused = await site
        .visitor()
        .send(`${site.wiki}/save`, { method: 'POST', body: 'x=1'.repeat(1000), headers: FETCH });
      const allowed = await ada.send(`${site.wiki}/save`, { method: 'POST', body: 'y=2', headers: FETCH });
      expect([refused.status, allowed.status, echoed(allowed).body]).toEqual([401, 200, 'y=2']);
    }
  });
});

describe.each([
  ['nginx', ['gate.conf', 'proxy_read_timeout 5m;', 'proxy_read_timeout 1s;']],
  ['caddy', ['Caddyfile', 'read_timeout 5m', 'read_timeout 1s']],
] as const)('%s, with one second in place of five minutes,', (kind, shorter) => {
  it('closes a WebSocket on which nothing comes, which its sign-out left open', async () => {
    const application = createServer((_, response) => response.end('a page'));
    application.on('upgrade', (_, socket) => {
      socket.on('error', () => undefined);
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    });
    application.listen(0, '127.0.0.1');
    await once(application, 'listening');
    const { port } = application.address() as AddressInfo;
    const site = await GatedSite.start(kind, {}, port);
    const id = await site.test.person('ada');
    await site.add();
    const ada = await site.inside();
    // Only now: on a busy machine not every answer of a sign-in comes within a second.
    await site.changeProxy(kind, [shorter]);
    const host = new URL(site.wiki).host;
    const socket = connect({
      port: site.places.port,
      host: '127.0.0.1',
      servername: 'wiki.example.com',
      rejectUnauthorized: false,
    });
    socket.write(
      [
        'GET /socket HTTP/1.1',
        `Host: ${host}`,
        `Cookie: ${ada.cookiesOf('wiki.example.com')}`,
        ...['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      ].join('\r\n'),
    );
    const [head] = (await once(socket, 'data')) as [Buffer];
    expect(head.toString()).toMatch(/^HTTP\/1\.1 101 /);
    await site.test.get(SignIns).end({ userId: id, except: null }, 'operator');
    expect((await ada.send(site.wiki, { headers: FETCH })).status).toBe(401);
    if (!socket.closed) await once(socket, 'close');
    await site.close();
    application.closeAllConnections();
    application.close();
  });
});

describe('nginx, which asks twice for a page of files of its own', () => {
  let site: GatedSite;
  const files = mkdtempSync(join(tmpdir(), 'gatehouse-files-'));
  beforeAll(async () => {
    // nginx' workers are somebody else than its master.
    chmodSync(files, 0o755);
    writeFileSync(join(files, 'index.html'), 'the front page');
    site = await GatedSite.start('nginx', {}, undefined, [
      [
        'nginx.conf',
        /(server_name wiki.example.com;\s+include gate.conf;\s+location \/ \{)[^}]+\}/,
        `$1 root ${files}; index index.html; try_files $uri $uri/ =404; }`,
      ],
    ]);
    await site.test.person('ada');
    await site.add();
  });
  afterAll(async () => {
    await site.close();
    rmSync(files, { recursive: true });
  });

  it('shows it to who may see it, and to nobody else', async () => {
    const ada = await site.inside();
    for (let round = 0; round < 3; round += 1) {
      const found = await ada.send(`${site.wiki}/`, { headers: NAVIGATION });
      expect([found.status, found.body]).toEqual([200, 'the front page']);
    }
    const stranger = await site.visitor().send(`${site.wiki}/`, { headers: FETCH });
    expect([stranger.status, stranger.body.includes('the front page')]).toEqual([401, false]);
    expect((await ada.send(`${site.wiki}/nothing`, { headers: NAVIGATION })).status).toBe(404);
  });
});

describe('nginx with a place for what begins with a dot, as many have, Nextcloud’s among them', () => {
  it('leads people in and out all the same', async () => {
    const site = await GatedSite.start('nginx', {}, undefined, [
      [
        'nginx.conf',
        /server_name wiki.example.com;\s+include gate.conf;/,
        '$& location ~ /[.] { deny all; } location ~* [.](css|js)$$ { proxy_pass http://127.0.0.1:9; }',
      ],
    ]);
    await site.test.person('ada');
    await site.add();
    const ada = await site.inside(`${site.wiki}/there`);
    expect(site.wikiApp.last?.url).toBe('/there');
    const own = await ada.send(`${site.wiki}/.gatehouse/nothing.js`, { headers: NAVIGATION });
    expect([own.status, own.headers['referrer-policy']]).toEqual([403, 'no-referrer']);
    const left = await ada.send(`${site.wiki}/.gatehouse/sign-out`, {
      headers: { ...NAVIGATION, 'sec-fetch-site': 'same-origin' },
    });
    expect([left.status, left.headers.location]).toEqual([303, `${site.login}/logout?ask=wiki`]);
    await site.close();
  });
});

/** As much as an application can be told of: 900 characters. */
const GROUPS = Array.from({ length: 14 }, (_, n) => `group-${n}-`.padEnd(63, 'x'));
