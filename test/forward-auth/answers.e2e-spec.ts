import { DataSource } from 'typeorm';
import { localOrigin } from '../../src/audit/security-event.js';
import { AccountChange } from '../../src/sessions/account-change.js';
import { User } from '../../src/users/user.entity.js';
import { Memberships } from '../../src/groups/memberships.js';
import { hours, minutes } from '../../src/kernel/durations.js';
import { SignInReaper } from '../../src/sessions/sign-in-reaper.js';
import type { Received } from '../support/echo-application.js';
import { GatedSite } from '../support/gated-site.js';
import { enrol } from '../support/second-factor.js';
import { FETCH, type Found, NAVIGATION, type Wanderer } from '../support/wanderer.js';

const echoed = ({ body }: Found) => JSON.parse(body) as Received;

describe.each(['nginx', 'caddy'] as const)('behind %s', kind => {
  let site: GatedSite;
  const ids: Record<string, string> = {};
  beforeAll(async () => {
    site = await GatedSite.start(kind);
    for (const name of ['ada', 'bob', 'Łucja', 'dora'])
      ids[name] = await site.test.person(name, 'user', name === 'ada' ? 'ada@example.com' : null);
    await site.test.putInto('staff', ids['ada'] ?? '');
    await site.test.putInto('night', ids['ada'] ?? '');
    await site.test.putInto('staff', ids['dora'] ?? '');
    await site.add({
      everybody: false,
      groups: ['staff'],
      toldGroups: ['staff'],
      openPaths: [{ prefix: '/public', methods: ['GET', 'HEAD', 'POST', 'MOVE'] }],
    });
    await site.add({ name: 'tools', label: 'Tools', origins: [site.tools], preflight: 'pass' });
  });
  afterAll(() => site.close());
  beforeEach(() => {
    site.wikiApp.received.length = 0;
    site.toolsApp.received.length = 0;
  });

  const refused = async (who: Wanderer, url: string, headers: Record<string, string>, method = 'GET') => {
    const body = method === 'POST' ? 'text=precious' : undefined;
    const found = await who.send(url, { method, headers, ...(body === undefined ? {} : { body }) });
    expect([site.wikiApp.received, site.toolsApp.received]).toEqual([[], []]);
    return found;
  };
  const isIn = async (who: Wanderer, url = site.wiki) =>
    (await who.send(url, { headers: FETCH })).status === 200;

  describe('a request without a session', () => {
    it('of somebody who goes to a page is led to the sign-in by a relative address', async () => {
      const found = await refused(site.visitor(), `${site.wiki}/a?b=c&d`, NAVIGATION);
      if (kind === 'caddy')
        expect([found.status, found.headers.location]).toEqual([
          303,
          '/.gatehouse/start?to=%2Fa%3Fb%3Dc%26d',
        ]);
      else
        expect([found.status, found.headers.location]).toEqual([
          303,
          expect.stringMatching(/^https:\/\/login/),
        ]);
      expect(found.headers['cache-control']).toBe('no-store');
      expect(found.headers['www-authenticate']).toBeUndefined();
    });

    it('of a script is a 401 that says where to sign in', async () => {
      const found = await refused(site.visitor(), `${site.wiki}/api`, FETCH);
      expect([found.status, found.headers['gatehouse-sign-in']]).toEqual([401, '/.gatehouse/start']);
      expect(found.headers['set-cookie']).toBeUndefined();
      expect(found.headers['strict-transport-security']).toBeUndefined();
      expect(found.headers['clear-site-data']).toBeUndefined();
      expect(found.headers['cross-origin-opener-policy']).toBeUndefined();
    });

    it('of somebody who goes to a page through a worker of the application is led to the sign-in, as far as the ticket', async () => {
      const html = { accept: NAVIGATION['accept'] ?? '', 'upgrade-insecure-requests': '1' };
      const through = { ...FETCH, ...html, 'sec-fetch-mode': 'navigate' };
      const inFirefox = { ...FETCH, ...html, 'sec-fetch-mode': 'same-origin' };
      for (const headers of [through, inFirefox]) {
        for (const path of ['/a', '/.gatehouse/start?to=%2Fa'])
          expect([path, (await refused(site.visitor(), site.wiki + path, headers)).status]).toEqual([
            path,
            303,
          ]);
        const form = await refused(site.visitor(), `${site.wiki}/save`, headers, 'POST');
        expect(form.body).toContain('<strong>nothing was sent</strong>');
      }
      for (const headers of [FETCH, { ...FETCH, ...html }, { ...FETCH, 'sec-fetch-mode': 'same-origin' }])
        expect((await refused(site.visitor(), `${site.wiki}/a`, headers)).status).toBe(401);
    });

    it('of a program without metadata is a 401, of one that wants HTML first it leads to the sign-in', async () => {
      expect((await refused(site.visitor(), `${site.wiki}/`, { accept: '*/*' })).status).toBe(401);
      expect((await refused(site.visitor(), `${site.wiki}/`, { accept: 'text/html,*/*' })).status).toBe(303);
    });

    it('that sends a form says that nothing was sent, and how to send it', async () => {
      const form = { ...NAVIGATION, 'content-type': 'application/x-www-form-urlencoded' };
      const found = await refused(site.visitor(), `${site.wiki}/save`, form, 'POST');
      expect([found.status, found.headers.location]).toEqual([401, undefined]);
      expect(found.body).toContain('<strong>nothing was sent</strong>');
      expect(found.body).toContain('target="_blank"');
    });

    it('in a frame gets a page that opens it in its own window', async () => {
      const found = await refused(site.visitor(), `${site.wiki}/part`, {
        ...NAVIGATION,
        'sec-fetch-dest': 'iframe',
      });
      expect([found.status, found.headers['x-frame-options']]).toEqual([401, undefined]);
      expect(found.body).toContain('Open it in its own window');
    });

    it('that is loaded ahead is led nowhere', async () => {
      const found = await refused(site.visitor(), `${site.wiki}/`, {
        ...NAVIGATION,
        'sec-purpose': 'prefetch',
      });
      expect([found.status, found.headers.location]).toEqual([401, undefined]);
    });

    it('by HEAD gets no body', async () => {
      const found = await refused(site.visitor(), `${site.wiki}/`, { ...NAVIGATION }, 'HEAD');
      expect([found.status, found.body]).toEqual([303, '']);
    });

    it('by HEAD, of a script, is answered at once: what is announced does not stay away', async () => {
      const found = await refused(site.visitor(), `${site.wiki}/api`, FETCH, 'HEAD');
      expect([found.status, found.body, found.headers['gatehouse-sign-in']]).toEqual([
        401,
        '',
        '/.gatehouse/start',
      ]);
    });

    it('of CORS is denied before the application sees it, unless it is to pass', async () => {
      const preflight = {
        ...FETCH,
        origin: 'https://elsewhere.example',
        'access-control-request-method': 'PUT',
      };
      expect((await refused(site.visitor(), `${site.wiki}/`, preflight, 'OPTIONS')).status).toBe(401);
      const passed = await site.visitor().send(`${site.tools}/x`, { method: 'OPTIONS', headers: preflight });
      expect([passed.status, echoed(passed).headers['remote-user'] ?? '']).toEqual([200, '']);
    });

    it('is a 403 for a path of ours that is none, and for the proxy’s own question', async () => {
      expect((await refused(site.visitor(), `${site.wiki}/.gatehouse/nothing`, NAVIGATION)).status).toBe(403);
      const asked = await refused(site.visitor(), `${site.wiki}/.gatehouse/auth`, NAVIGATION);
      expect([403, 404]).toContain(asked.status);
      expect((await refused(site.visitor(), `${site.login}/forward-auth/nginx`, NAVIGATION)).status).toBe(
        404,
      );
    });
  });

  describe('an application that knows who is there', () => {
    it('is told those groups alone that are named, and the address once it is confirmed', async () => {
      await site.test.sql('UPDATE users SET email_confirmed_at = NULL');
      const ada = await site.inside();
      const told = echoed(await ada.send(site.wiki, { headers: FETCH })).headers;
      expect(told['remote-groups']).toBe('staff');
      expect(told['remote-email'] ?? '').toBe('');
      await site.test.sql('UPDATE users SET email_confirmed_at = 1 WHERE id = $1', [ids['ada']]);
      const later = echoed(await ada.send(site.wiki, { headers: FETCH })).headers;
      expect(later['remote-email']).toBe('ada@example.com');
    });

    it('gets names in UTF-8', async () => {
      const who = await site.inside(site.tools, 'Łucja');
      const { headers } = echoed(await who.send(site.tools, { headers: FETCH }));
      expect(Buffer.from(String(headers['remote-user']), 'latin1').toString()).toBe('Łucja');
    });

    it('gets forms whole, and the next request on the connection as well', async () => {
      const ada = await site.inside();
      for (const body of ['first=1', 'second=2'.repeat(2000), 'third=3']) {
        const found = await ada.send(`${site.wiki}/save`, { method: 'POST', body, headers: FETCH });
        expect([found.status, echoed(found).body]).toEqual([200, body]);
      }
    });

    it('gets files that people upload, of 2 MiB as well', async () => {
      const ada = await site.inside();
      const found = await ada.send(`${site.wiki}/a`, {
        method: 'PUT',
        body: 'x'.repeat(2 ** 21),
        headers: FETCH,
      });
      expect([found.status, site.wikiApp.last?.body.length]).toEqual([200, 2 ** 21]);
    });

    it('gets its own cookies and credentials, and none of ours', async () => {
      const ada = await site.inside();
      const jar = ada.cookiesOf('wiki.example.com');
      expect(jar).toMatch(/__Host-gatehouse-app-\d+=/);
      // A browser sends those of every port to each.
      const others = '__Host-gatehouse-app=a; __Host-gatehouse-app-9=b; __Host-gatehouse-browser-abcdef=c';
      const cookie = `first=1; ${jar}; theirs="a;b"; ${others}; __Host-gatehouse-application=2`;
      const headers = { ...FETCH, cookie, authorization: 'Bearer theirs', 'if-none-match': '"x"' };
      const { headers: got } = echoed(await ada.send(site.wiki, { headers }));
      expect(got.cookie).toBe('first=1; theirs="a; b"; __Host-gatehouse-application=2');
      expect(got.authorization).toBe('Bearer theirs');
    });

    it('gets a WebSocket of who is there, and of nobody else', async () => {
      const ada = await site.inside();
      const upgrade = {
        ...FETCH,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'sec-websocket-version': '13',
      };
      site.wikiApp.received.length = 0;
      expect((await refused(site.visitor(), `${site.wiki}/socket`, upgrade)).status).toBe(401);
      expect((await ada.send(`${site.wiki}/socket`, { headers: upgrade })).status).toBe(101);
      expect(site.wikiApp.last).toMatchObject({
        url: '/socket',
        headers: { upgrade: 'websocket', 'remote-user': 'ada' },
      });
    });
  });

  it('passes on no way to another protocol but WebSocket, on which requests could follow that nobody is asked about', async () => {
    const ada = await site.inside();
    const upgradeTo = (upgrade: string | readonly string[], path: string) =>
      ada.send(site.wiki + path, { headers: { ...FETCH, connection: 'Upgrade', upgrade } });
    for (const protocol of [
      'h2c',
      'other/1.0',
      'websocket, other',
      'other websocket',
      ['other', 'websocket'],
    ])
      for (const path of ['/', '/public/a']) {
        const { status, body } = await upgradeTo(protocol, path);
        expect([protocol, status, body]).toEqual([protocol, 200, expect.not.stringMatching(/"upgrade"/i)]);
      }
    // Of two, a proxy may take the first; what it passes on is that alone.
    await upgradeTo(['websocket', 'other'], '/');
    expect(JSON.stringify(site.wikiApp.last)).not.toContain('other');
    for (const spelt of ['websocket', 'WebSocket'])
      expect((await upgradeTo(spelt, '/socket')).status).toBe(101);
  });

  describe('who says who they are', () => {
    const NAMES = [
      'Remote-User',
      'remote_user',
      'REMOTE-USER',
      'Remote_User',
      'X-Remote-User',
      'X_Remote_User',
      'x-remote_user',
      'Remote-Id',
      'Remote-Email',
      'Remote-Groups',
      'Remote-Assertion',
      'Remote_Groups',
      'X-Remote-Groups',
      'Remote-Name',
      ...['X-Remote-Id', 'X-Remote-Name', 'X-Remote-Email', 'X-Remote-Assertion'],
      // PHP and others read a dot as "_", and some whatever is no letter.
      ...['Remote.User', 'remote.user', 'Remote.Id', 'Remote.Groups', 'Remote.Assertion', 'Remote~User'],
      ...[
        'X.Remote.User',
        'X-Remote.User',
        'X_Remote.User',
        'X.Remote-User',
        'X.Remote_User',
        'X~Remote-User',
      ],
    ];
    const spoofed = Object.fromEntries(NAMES.map(name => [name, 'root']));
    const heard = (received: Received) =>
      received.raw.filter(text => text === 'root' || text.includes('{http.'));

    it('is not heard, with a session', async () => {
      const ada = await site.inside();
      expect(heard(echoed(await ada.send(site.wiki, { headers: { ...FETCH, ...spoofed } })))).toEqual([]);
    });

    it('is not heard on open paths, without one', async () => {
      const found = await site.visitor().send(`${site.wiki}/public/a`, { headers: { ...FETCH, ...spoofed } });
      expect([found.status, heard(echoed(found))]).toEqual([200, []]);
    });

    it('is not heard of where they come from, nor of which address it is about', async () => {
      const said = {
        ...{ forwarded: 'for=192.0.2.1;host=elsewhere.example', 'x-real-ip': '192.0.2.1' },
        ...{
          'x-original-url': '/said',
          'x-rewrite-url': '/said',
          X_Original_URL: '/said',
          'X.Rewrite.Url': '/said',
        },
        ...{
          'x-forwarded-for': '192.0.2.1',
          'x-forwarded-host': 'elsewhere.example',
          'x-forwarded-proto': 'said',
        },
      };
      for (const who of [site.visitor(), await site.inside()]) {
        const { raw } = echoed(await who.send(`${site.wiki}/public/a`, { headers: { ...FETCH, ...said } }));
        expect(raw.filter(text => /192\.0\.2\.1|elsewhere|said/.test(text))).toEqual([]);
      }
    });

    it('takes nothing away, of what the gate says or is asked by, by naming it in “Connection”', async () => {
      const ada = await site.inside();
      const got = async (headers: Record<string, string>) => {
        const { headers: received } = echoed(
          await ada.send(site.wiki, { headers: { ...FETCH, ...headers } }),
        );
        return { ...received, connection: '' };
      };
      const as = await got({});
      expect(as).toMatchObject({ 'remote-user': 'ada', 'remote-id': ids['ada'], 'remote-groups': 'staff' });
      for (const connection of [
        'Remote-User, Remote-Id, Remote-Name, Remote-Email, Remote-Groups, X-Remote-User',
        'close, remote-user, X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host, Host',
        'keep-alive, Cookie, X-Forwarded-Uri, X-Original-URL, X-Original-Method, X-Forwarded-Method',
        'Upgrade, Remote-User',
      ])
        expect([connection, await got({ connection })]).toEqual([connection, as]);
      const upgrade = {
        ...{ ...FETCH, connection: 'Upgrade, Remote-User, Remote-Id', upgrade: 'websocket' },
        ...{ 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version': '13' },
      };
      expect((await ada.send(`${site.wiki}/socket`, { headers: upgrade })).status).toBe(101);
      expect(site.wikiApp.last?.headers).toMatchObject({ 'remote-user': 'ada', 'remote-id': ids['ada'] });
      site.wikiApp.received.length = 0;
      const moved = { ...FETCH, destination: '/private/b', connection: 'Destination' };
      expect((await refused(site.visitor(), `${site.wiki}/public/a`, moved, 'MOVE')).status).toBe(401);
    });

    it('does not get past by what proxies say to one another', async () => {
      const headers = {
        ...FETCH,
        'x-original-url': `${site.wiki}/public/a`,
        'x-original-method': 'GET',
        'x-forwarded-uri': '/public/a',
        'x-forwarded-method': 'GET',
        'x-forwarded-host': 'tools.example.net',
        'x-forwarded-proto': 'http',
        'x-forwarded-for': '127.0.0.1',
      };
      expect((await refused(site.visitor(), `${site.wiki}/secret`, headers)).status).toBe(401);
    });
  });

  describe('an open path', () => {
    it('is open to everybody, in the methods it is open for, and names who is there', async () => {
      const nobody = echoed(await site.visitor().send(`${site.wiki}/public/a?x`, { headers: NAVIGATION }));
      expect([nobody.url, nobody.headers['remote-user'] ?? '']).toEqual(['/public/a?x', '']);
      const ada = await site.inside();
      expect(echoed(await ada.send(`${site.wiki}/public`, { headers: FETCH })).headers['remote-user']).toBe(
        'ada',
      );
      site.wikiApp.received.length = 0;
      expect((await refused(site.visitor(), `${site.wiki}/public/a`, FETCH, 'DELETE')).status).toBe(401);
      expect((await refused(site.visitor(), `${site.wiki}/publicity`, FETCH)).status).toBe(401);
    });
  });

  describe('an open path that may be moved from', () => {
    it('is no way to write where nothing is open', async () => {
      const move = (who: Wanderer, destination: string) =>
        who.send(`${site.wiki}/public/a`, { method: 'MOVE', headers: { ...FETCH, destination } });
      for (const open of ['/public/b', `${site.wiki}/public/b`])
        expect((await move(site.visitor(), open)).status).toBe(200);
      site.wikiApp.received.length = 0;
      for (const shut of [
        '/private/b',
        `${site.wiki}/private/b`,
        `${site.tools}/public/b`,
        '/public/../b',
        '',
      ])
        expect([shut, (await move(site.visitor(), shut)).status]).toEqual([shut, 401]);
      expect(site.wikiApp.received).toEqual([]);
      expect((await move(await site.inside(), '/private/b')).status).toBe(200);
    });
  });

  describe('somebody who may not enter', () => {
    it('is told so at the sign-in, with their name and the application’s', async () => {
      const who = site.visitor();
      const found = await site.signIn(who, await who.go(site.wiki), 'bob');
      expect([found.status, new URL(found.url).pathname]).toEqual([403, '/enter']);
      expect(found.body).toMatch(/signed in as <strong>bob<\/strong>. This account may not open The wiki/);
      expect(site.wikiApp.received).toEqual([]);
    });

    it('from the next request on: who loses the group, and that once', async () => {
      const dora = await site.inside(site.wiki, 'dora');
      expect(await isIn(dora)).toBe(true);
      const change = (moves: { join: string[]; leave: string[] }) =>
        site.test.get(Memberships).change(ids['dora'] ?? '', moves, localOrigin('test'));
      await change({ join: [], leave: ['staff'] });
      site.wikiApp.received.length = 0;
      expect((await refused(dora, site.wiki, FETCH)).status).toBe(401);
      const found = await dora.go(site.wiki);
      expect([found.status, new URL(found.url).pathname]).toEqual([403, '/enter']);
      expect(found.body).toMatch(/signed in as <strong>dora<\/strong>. This account may not open The wiki/);
      await change({ join: ['staff'], leave: [] });
    });

    it('on that very host, where a node of a version before took the group and ended nothing', async () => {
      const dora = await site.inside(site.wiki, 'dora');
      await site.test.sql('DELETE FROM group_members WHERE user_id = $1', [ids['dora'] ?? '']);
      site.wikiApp.received.length = 0;
      const found = await refused(dora, site.wiki, NAVIGATION);
      expect(found.status).toBe(403);
      expect(found.body).toContain('signed in as <strong>dora</strong>');
      expect(found.headers['cache-control']).toBe('no-store');
      await site.test.putInto('staff', ids['dora'] ?? '');
    });

    it('from the next request on: whoever a changed rule leaves out', async () => {
      const ada = await site.inside();
      expect(await isIn(ada)).toBe(true);
      await site.change('wiki', { groups: ['night'] });
      const dora = site.visitor();
      expect(await isIn(ada)).toBe(true);
      await site.change('wiki', { strength: 2 });
      site.wikiApp.received.length = 0;
      expect((await refused(ada, site.wiki, FETCH)).status).toBe(401);
      const found = await ada.go(site.wiki);
      expect([found.status, new URL(found.url).pathname]).toEqual([200, '/account/security']);
      await site.change('wiki', { strength: 1, groups: ['staff'] });
      expect(await isIn(dora)).toBe(false);
    });
  });

  describe('a session that is over', () => {
    it('by signing out is refused on each application at once', async () => {
      const ada = await site.inside();
      await ada.go(site.tools);
      expect([await isIn(ada), await isIn(ada, site.tools)]).toEqual([true, true]);
      const page = await ada.go(`${site.login}/account`);
      const csrf = /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
      await ada.send(`${site.login}/logout`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
        body: new URLSearchParams({ _csrf: csrf }).toString(),
      });
      expect([await isIn(ada), await isIn(ada, site.tools)]).toEqual([false, false]);
      expect(
        await site.test.sql(
          'SELECT * FROM application_sessions WHERE sign_in_id IN (SELECT id FROM sign_ins WHERE ended_at IS NOT NULL)',
        ),
      ).toEqual([]);
    });

    it('by its account being disabled', async () => {
      const ada = await site.inside();
      await site.test.get(AccountChange).apply({
        userId: ids['ada'] ?? '',
        event: 'user_disabled',
        origin: localOrigin('test'),
        change: async manager =>
          (await manager.update(User, { id: ids['ada'] }, { disabledAt: 1 })).affected === 1,
      });
      expect(await isIn(ada)).toBe(false);
      await site.test.sql('UPDATE users SET disabled_at = NULL');
    });

    it('by its clock, while requests keep it alive, and only those that count', async () => {
      await site.change('tools', { activity: 'navigation' });
      const ada = await site.inside();
      await ada.go(site.tools);
      for (let step = 0; step < 3; step += 1) {
        site.test.clock.pass(minutes(40));
        expect(await isIn(ada)).toBe(true);
      }
      for (let step = 0; step < 2; step += 1) {
        site.test.clock.pass(minutes(25));
        expect(await isIn(ada, site.tools)).toBe(true);
      }
      site.test.clock.pass(minutes(25));
      expect(await isIn(ada, site.tools)).toBe(false);
      await site.test.get(SignInReaper).run();
      expect(await isIn(ada)).toBe(false);
    });

    it('by its clock, which a form that somebody sends puts off as well as a page they go to', async () => {
      await site.change('tools', { activity: 'navigation' });
      const ada = await site.inside(site.tools);
      const sent = { ...NAVIGATION, 'sec-fetch-site': 'same-origin' };
      for (let step = 0; step < 4; step += 1) {
        site.test.clock.pass(minutes(25));
        const found = await ada.send(`${site.tools}/save`, { method: 'POST', headers: sent, body: 'a=1' });
        expect([step, found.status]).toEqual([step, 200]);
      }
    });

    it('by the longest time that its application gives it, and not longer than it says', async () => {
      await site.change('wiki', { longest: '2h' });
      const ada = await site.inside();
      site.test.clock.pass(minutes(59));
      expect(await isIn(ada)).toBe(true);
      site.test.clock.pass(minutes(59));
      expect(await isIn(ada)).toBe(true);
      site.test.clock.pass(minutes(2));
      expect(await isIn(ada)).toBe(false);
      expect((await ada.go(site.wiki)).url).toBe(`${site.wiki}/`);
      await site.change('wiki', { longest: null });
    });

    it('by leaving that application, where only that ends', async () => {
      const ada = await site.inside();
      await ada.go(site.tools);
      const asked = await ada.send(`${site.wiki}/.gatehouse/sign-out`, {
        headers: { ...NAVIGATION, 'sec-fetch-site': 'cross-site' },
      });
      expect([asked.status, await isIn(ada)]).toEqual([200, true]);
      const left = await ada.send(`${site.wiki}/.gatehouse/sign-out`, {
        headers: { ...NAVIGATION, 'sec-fetch-site': 'same-origin' },
      });
      expect([left.status, left.headers.location]).toEqual([303, `${site.login}/logout?ask=wiki`]);
      expect([await isIn(ada), await isIn(ada, site.tools)]).toEqual([false, true]);
      const question = await ada.go(left.headers.location ?? '');
      expect(question.body).toMatch(
        /You have left The wiki\. You are still signed in as <strong>ada<\/strong>, here and in other applications/,
      );
      expect(question.body).not.toContain('A link on another site');
      expect((await ada.go(`${site.login}/logout?ask=nothing`)).body).toContain(
        'You have left an application.',
      );
    });

    const silent = { accept: NAVIGATION['accept'] ?? '' };
    it.each<[string, Record<string, string>]>([
      [
        'a picture',
        { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image', 'sec-fetch-site': 'same-origin' },
      ],
      ['a frame', { ...NAVIGATION, 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'same-origin' }],
      ['a script', FETCH],
      ['a picture in a browser without Fetch Metadata', { accept: 'image/webp,*/*' }],
      [
        'a link that says by Referer alone that it is elsewhere',
        { ...silent, referer: 'https://a.example/' },
      ],
    ])('not by what somebody wrote into a page of it, or elsewhere: %s', async (_, headers) => {
      const ada = await site.inside();
      const asked = await ada.send(`${site.wiki}/.gatehouse/sign-out`, { headers });
      expect([asked.status, asked.headers['set-cookie'], await isIn(ada)]).toEqual([200, undefined, true]);
    });

    it('by a link on a page of it, in a browser without Fetch Metadata', async () => {
      const ada = await site.inside();
      const headers = { ...silent, referer: `${site.wiki}/page` };
      expect((await ada.send(`${site.wiki}/.gatehouse/sign-out`, { headers })).status).toBe(303);
      expect(await isIn(ada)).toBe(false);
    });
  });

  it('lets in with a second factor who must have one, and comes back to where they wanted to go', async () => {
    await site.test.person('eve');
    await site.change('tools', { strength: 2 });
    const eve = site.visitor();
    const led = await site.signIn(eve, await eve.go(`${site.tools}/deep`), 'eve');
    expect(new URL(led.url).pathname).toBe('/account/security');
    const browser = site.test.visitor();
    for (const [name, value] of eve.jars.get('login.example.com') ?? []) browser.cookies.set(name, value);
    await enrol(site.test, browser);
    eve.jars.set('login.example.com', browser.cookies);
    expect((await eve.go(`${site.tools}/deep`)).url).toBe(`${site.tools}/deep`);
    await site.change('tools', { strength: 1 });
  });

  it('asks for a recent sign-in where a rule says so, at the entrance alone', async () => {
    await site.change('wiki', { recent: '10m' });
    const ada = await site.inside();
    site.test.clock.pass(minutes(20));
    expect(await isIn(ada)).toBe(true);
    ada.jars.delete('wiki.example.com');
    const found = await ada.go(site.wiki);
    expect(new URL(found.url).pathname).toBe('/confirm');
    await site.change('wiki', { recent: null });
    site.test.clock.pass(hours(1));
  });

  it('says 503 and when to try again while no store can answer, and signs nobody out', async () => {
    const ada = await site.inside();
    await site.test.get(DataSource).destroy();
    const found = await ada.send(site.wiki, { headers: FETCH });
    expect([found.status, found.headers['retry-after'], found.headers['set-cookie']]).toEqual([
      503,
      '5',
      undefined,
    ]);
    expect(found.body).toContain('If you were signed in, you still are');
    await site.test.get(DataSource).initialize();
    expect(await isIn(ada)).toBe(true);
  });
});
