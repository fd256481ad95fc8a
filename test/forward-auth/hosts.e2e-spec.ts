import type { Received } from '../support/echo-application.js';
import { freePort } from '../support/free-port.js';
import type { Fault } from '../support/gate-proxies.js';
import { GatedSite } from '../support/gated-site.js';
import { FETCH, type Found, NAVIGATION } from '../support/wanderer.js';

/** Answers of ours on the host of an application, of every kind. */
describe('what Gatehouse answers on the host of an application', () => {
  let site: GatedSite;
  beforeAll(async () => {
    site = await GatedSite.start('nginx');
    await site.test.person('ada');
    await site.add();
    await site.add({ name: 'tools', label: 'Tools', origins: [site.tools] });
  });
  afterAll(() => site.close());

  const visit = (path: string, headers = NAVIGATION, method = 'GET') =>
    site.visitor().send(site.wiki + path, { headers, method });
  const ANSWERS: readonly [what: string, status: number, ask: () => Promise<Found>][] = [
    ['the way to the sign-in', 303, () => visit('/a')],
    ['a script without a session', 401, () => visit('/a', FETCH)],
    ['a form without a session', 401, () => visit('/a', NAVIGATION, 'POST')],
    ['a ticket that is none', 403, () => visit('/.gatehouse/enter?ticket=x')],
    [
      'signing out',
      303,
      () => visit('/.gatehouse/sign-out', { ...NAVIGATION, 'sec-fetch-site': 'same-origin' }),
    ],
    ['signing out by a link elsewhere', 200, () => visit('/.gatehouse/sign-out')],
    [
      'signing out that is loaded ahead',
      403,
      () =>
        visit('/.gatehouse/sign-out', {
          ...NAVIGATION,
          'sec-fetch-site': 'same-origin',
          'sec-purpose': 'prefetch;prerender',
        }),
    ],
    ['a method that nobody needs', 405, () => visit('/.gatehouse/start', NAVIGATION, 'PUT')],
    ['an address with nothing there', 403, () => visit('/.gatehouse/nothing')],
    ['a look whether the proxy passes on', 204, () => visit('/.gatehouse/ping')],
    ['no store', 503, () => visit('/.gatehouse/unavailable')],
  ];

  it.each(ANSWERS)('has a policy, also where it has no body: %s (%d)', async (_, status, ask) => {
    const { status: got, headers } = await ask();
    expect(got).toBe(status);
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; .*base-uri 'none'; form-action 'none'/,
    );
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    if (headers['content-type'] !== undefined)
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
  });

  it('comes as well where the application keeps much in the browser', async () => {
    const much = Object.fromEntries(['x-a', 'x-b', 'x-c', 'x-d'].map(name => [name, 'a'.repeat(6000)]));
    expect((await visit('/.gatehouse/start?to=%2F', { ...NAVIGATION, ...much })).status).toBe(303);
    expect((await visit('/a', { ...NAVIGATION, ...much })).status).toBe(303);
  });

  it('stands in no frame, but for the pages that say how to get out of it, or when to try again', async () => {
    const framed = { ...NAVIGATION, 'sec-fetch-dest': 'iframe' };
    const policies = async (asks: readonly (() => Promise<Found>)[]) =>
      (await Promise.all(asks.map(ask => ask()))).map(({ headers }) =>
        String(headers['content-security-policy']).includes("frame-ancestors 'none'"),
      );
    expect(
      await policies([
        () => visit('/a'),
        () => visit('/.gatehouse/sign-out'),
        () => visit('/.gatehouse/nothing'),
        () => visit('/.gatehouse/start', NAVIGATION, 'PUT'),
      ]),
    ).toEqual([true, true, true, true]);
    expect(await policies([() => visit('/a', framed), () => visit('/.gatehouse/unavailable')])).toEqual([
      false,
      false,
    ]);
  });

  it('gives cookies that no other host can plant, and no script read', async () => {
    const who = site.visitor();
    await site.signIn(who, await who.go(`${site.login}/login?return_to=%2Faccount`));
    const led = await who.send(site.wiki, { headers: NAVIGATION });
    const crossing = { ...NAVIGATION, 'sec-fetch-site': 'cross-site' };
    const entered = await who.send(led.headers.location ?? '', { headers: crossing });
    const landed = await who.send(entered.headers.location ?? '', { headers: crossing });
    const left = await who.send(`${site.wiki}/.gatehouse/sign-out`, {
      headers: { ...NAVIGATION, 'sec-fetch-site': 'same-origin' },
    });
    const lines = [led, landed, left].flatMap(({ headers }) => headers['set-cookie'] ?? []);
    const names = lines.map(line => line.replace(/(-[\w-]{6})?=.*/, ''));
    const { port } = site.places;
    expect(new Set(names)).toEqual(
      new Set([`__Host-gatehouse-browser-${port}`, `__Host-gatehouse-app-${port}`]),
    );
    for (const line of lines) expect(line).toMatch(/; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
  });
});

/** The wiki at one more port. */
const alsoAt = (port: number): Readonly<Record<'nginx' | 'caddy', readonly Fault[]>> => ({
  nginx: [
    [
      'nginx.conf',
      /listen 127\.0\.0\.1:\d+ ssl http2;\s+server_name wiki/,
      `listen 127.0.0.1:${port} ssl http2; $&`,
    ],
    ['gate.conf', /\$server_name:\d+/g, '$server_name:$server_port'],
  ],
  caddy: [['Caddyfile', 'wiki.example.com {', `wiki.example.com, wiki.example.com:${port} {`]],
});

describe.each(['nginx', 'caddy'] as const)('behind %s, two applications on one host', kind => {
  it('are entered each for itself, and neither gets the cookies of the other', async () => {
    const port = await freePort();
    const site = await GatedSite.start(kind, {}, undefined, alsoAt(port)[kind]);
    const other = `https://wiki.example.com:${port}`;
    await site.test.person('ada');
    await site.add();
    await site.add({ name: 'other', origins: [other] });
    const ada = await site.inside();
    expect((await ada.go(`${other}/there`)).url).toBe(`${other}/there`);
    for (const url of [site.wiki, other, site.wiki]) {
      const found = await ada.send(url, { headers: FETCH });
      expect([url, found.status]).toEqual([url, 200]);
      expect((JSON.parse(found.body) as Received).headers.cookie ?? '').toBe('');
    }
    await site.close();
  });
});
