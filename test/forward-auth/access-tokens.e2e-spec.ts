import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PRESETS } from '../../src/applications/presets.js';
import { localOrigin } from '../../src/audit/security-event.js';
import { Compromise } from '../../src/credentials/compromise.js';
import { DeletePerson } from '../../src/credentials/delete-person.js';
import { Memberships } from '../../src/groups/memberships.js';
import { days, minutes } from '../../src/kernel/durations.js';
import type { Received } from '../support/echo-application.js';
import { GatedSite } from '../support/gated-site.js';
import type { Wanderer } from '../support/wanderer.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
const basic = (name: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
});

describe.each(['nginx', 'caddy'] as const)('an access token, behind %s', kind => {
  let site: GatedSite;
  let ada: string;
  let browser: Wanderer;
  beforeEach(async () => {
    site = await GatedSite.start(kind);
    ada = await site.test.person('ada');
    await site.test.putInto('staff', ada);
    await site.add({ everybody: false, groups: ['staff'], tokens: true, openPaths: [{ prefix: '/public' }] });
    await site.add({ name: 'tools', label: 'Tools', origins: [site.tools], tokens: true });
    browser = await site.inside();
  });
  afterEach(() => site.close());

  const post = async (path: string, fields: Record<string, string>) => {
    const page = await browser.go(`${site.login}/account/tokens`);
    const _csrf = /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    return browser.send(site.login + path, {
      method: 'POST',
      headers: { ...FORM, accept: 'text/html', origin: site.login },
      body: new URLSearchParams({ ...fields, _csrf }).toString(),
    });
  };
  const make = async (fields: Record<string, string> = {}) => {
    const { body, status } = await post('/account/tokens', {
      application: 'wiki',
      name: 'Phone',
      days: '30',
      ...fields,
    });
    const token = /value="(gth_[\w-]+)"/.exec(body)?.[1];
    if (token === undefined) throw new Error(`${status}: ${body}`);
    return token;
  };
  const use = (headers: Record<string, string>, { path = '/', method = 'GET', at = site.wiki } = {}) =>
    site.visitor().send(at + path, { method, headers });
  const statusOf = async (token: string, how: Parameters<typeof use>[1] = {}) =>
    (await use({ authorization: `Bearer ${token}` }, how)).status;

  it('lets a program in, in each of three ways, and does not reach the application', async () => {
    const token = await make();
    for (const headers of [
      { authorization: `Bearer ${token}` },
      basic('whoever', token),
      { 'x-gatehouse-token': token },
    ]) {
      const found = await use({ ...headers });
      expect([headers, found.status]).toEqual([headers, 200]);
      const received = JSON.parse(found.body) as Received;
      expect(received.headers).toMatchObject({ 'remote-user': 'ada', 'remote-id': ada });
      expect(JSON.stringify(received)).not.toContain(token.slice(4));
      expect(received.raw.map(name => name.toLowerCase())).not.toContain('x-gatehouse-token');
      expect(received.headers.authorization ?? '').toBe('');
    }
    const both = await use({
      'x-gatehouse-token': token,
      authorization: 'Bearer the application’s own'.replace('’', ''),
    });
    expect((JSON.parse(both.body) as Received).headers.authorization).toBe('Bearer the applications own');
    const twice = await use({ 'x-gatehouse-token': token, ...basic('whoever', await make()) });
    expect([twice.status, (JSON.parse(twice.body) as Received).headers.authorization ?? '']).toEqual([
      200,
      '',
    ]);
  });

  it('written in another way lets nobody in, and does not reach what is open either', async () => {
    const token = await make();
    for (const headers of [
      { authorization: `token ${token}` },
      basic(token, ''),
      { x_gatehouse_token: token },
      { 'x.gatehouse.token': token },
    ]) {
      expect([headers, (await use({ ...headers })).status]).toEqual([headers, 401]);
      const { status, body } = await use({ ...headers }, { path: '/public' });
      const received = JSON.parse(body) as Received;
      expect([headers, status, received.headers['remote-user'] ?? '']).toEqual([headers, 200, '']);
      const said = [received.headers, Buffer.from(received.headers.authorization ?? '', 'base64').toString()];
      expect(JSON.stringify(said)).not.toContain(token.slice(4));
    }
  });

  it('is shown once, and stands nowhere', async () => {
    const token = await make();
    expect((await browser.go(`${site.login}/account/tokens`)).body).not.toContain(token);
    expect(JSON.stringify(await site.test.sql('SELECT * FROM access_tokens'))).not.toContain(token.slice(4));
    expect(JSON.stringify(site.test.log.lines)).not.toContain(token.slice(4));
  });

  it('is good for its application, methods and path alone', async () => {
    const token = await make({ prefix: '/calendars/ada', reads: 'yes' });
    expect(await statusOf(token, { path: '/calendars/ada' })).toBe(200);
    expect(await statusOf(token, { path: '/calendars/ada/work%20days', method: 'PROPFIND' })).toBe(200);
    expect(await statusOf(token, { path: '/calendars/ada', method: 'PUT' })).toBe(403);
    for (const path of [
      '/',
      '/calendars/adam',
      '/calendars/ada/../bob',
      '/calendars/ada/%2e%2e/bob',
      '/calendars/ada/..%2fbob',
      '/calendars/ada//x',
    ])
      expect([
        path,
        (await site.visitor().send(site.wiki, { raw: path, headers: { authorization: `Bearer ${token}` } }))
          .status,
      ]).toEqual([path, 403]);
    expect(await statusOf(token, { at: site.tools })).toBe(401);
  });

  it('for a path is not good for what writes beside it: MOVE and COPY name two places', async () => {
    const token = await make({ prefix: '/calendars/ada' });
    const move = async (destination: string, method = 'MOVE') => {
      const headers = { authorization: `Bearer ${token}`, destination };
      return (await use(headers, { path: '/calendars/ada/a.ics', method })).status;
    };
    expect(await move(`${site.wiki}/calendars/ada/b%20c.ics`)).toBe(200);
    expect(await move('/calendars/ada/b.ics?x', 'COPY')).toBe(200);
    site.wikiApp.received.length = 0;
    for (const elsewhere of [
      '/calendars/bob/a.ics',
      `${site.wiki}/calendars/bob/a.ics`,
      `${site.wiki}/calendars/ada/../bob/a.ics`,
      `${site.wiki}/calendars/ada/%2e%2e/bob/a.ics`,
      `${site.tools}/calendars/ada/a.ics`,
      `${site.wiki.replace('https', 'http')}/calendars/ada/a.ics`,
      'calendars/ada/b.ics',
      '//calendars/ada/b.ics',
      '',
    ])
      for (const method of ['MOVE', 'COPY'])
        expect([method, elsewhere, await move(elsewhere, method)]).toEqual([method, elsewhere, 403]);
    const headers = {
      authorization: `Bearer ${token}`,
      destination: ['/calendars/ada/b.ics', '/calendars/bob/a.ics'],
    };
    const both = await site.visitor().send(`${site.wiki}/calendars/ada/a.ics`, { method: 'MOVE', headers });
    expect([both.status, site.wikiApp.received]).toEqual([403, []]);
  });

  it('for a whole application is good wherever a MOVE leads', async () => {
    const headers = { authorization: `Bearer ${await make()}`, destination: 'https://elsewhere.example/a' };
    expect((await use(headers, { path: '/calendars/ada/a.ics', method: 'MOVE' })).status).toBe(200);
  });

  it('lets Git in as the preset of Gitea says, which sends no password unasked', async () => {
    const [, setting = '', header = ''] =
      /git config --global (http\.\S+\.extraHeader) "(X-Gatehouse-Token: gth_)…"/.exec(
        PRESETS['gitea']?.then ?? '',
      ) ?? [];
    const token = await make();
    const commit = '0123456789abcdef0123456789abcdef01234567';
    const repository = { type: 'text/plain', text: `${commit}\trefs/heads/main\n` };
    site.wikiApp.shows.set('/ada/notes.git/info/refs', repository);
    const { host } = new URL(site.wiki);
    const git = (origin: string, ...settings: readonly string[]) => {
      const given = [`http.curloptResolve=${host}:127.0.0.1`, 'http.sslVerify=false', ...settings];
      const options = given.flatMap(one => ['-c', one]);
      const env = { PATH: process.env['PATH'], HOME: site.test.dataDir, GIT_TERMINAL_PROMPT: '0' };
      return promisify(execFile)('git', [...options, 'ls-remote', `${origin}/ada/notes.git`], { env }).then(
        ({ stdout }) => stdout,
        (error: { stderr: string }) => error.stderr,
      );
    };
    const asPassword = await git(site.wiki.replace('://', `://ada:${token}@`));
    expect(asPassword).not.toContain(commit);
    const advised = `${setting.replace('https://GITEA/', `${site.wiki}/`)}=${header}${token.slice(4)}`;
    expect(await git(site.wiki, advised)).toBe(`${commit}\trefs/heads/main\n`);
    expect(JSON.stringify(site.wikiApp.received)).not.toContain(token.slice(4));
  });

  it('that is none lets nobody in, with a session beside it neither', async () => {
    const token = await make();
    const wrong = `${token.slice(0, 20)}${token[20] === 'x' ? 'y' : 'x'}${token.slice(21)}`;
    for (const text of [wrong, 'gth_', `${token}x`, token.toUpperCase(), 'gth_' + 'a'.repeat(49)]) {
      expect([text, await statusOf(text)]).toEqual([text, 401]);
      const found = await browser.send(site.wiki, { headers: { authorization: `Bearer ${text}` } });
      expect([text, found.status]).toEqual([text, text.startsWith('gth_') ? 401 : 200]);
    }
    expect((await use({ 'x-gatehouse-token': 'anything' })).status).toBe(401);
    expect(await statusOf(wrong, { path: '/public/a' })).toBe(200);
  });

  it('ends by its owner and by its clock', async () => {
    const token = await make();
    const [row] = await site.test.sql<{ id: string }>('SELECT id FROM access_tokens');
    expect((await post(`/account/tokens/${row?.id}/end`, {})).status).toBe(303);
    expect(await statusOf(token)).toBe(401);
    const other = await make();
    site.test.clock.pass(days(30) - minutes(1));
    expect(await statusOf(other)).toBe(200);
    site.test.clock.pass(minutes(1));
    expect(await statusOf(other)).toBe(401);
  });

  it('ends with a group, and does not come back with it', async () => {
    const token = await make();
    const change = (moves: { join: string[]; leave: string[] }) =>
      site.test.get(Memberships).change(ada, moves, localOrigin('test'));
    await change({ join: [], leave: ['staff'] });
    expect(await statusOf(token)).toBe(401);
    await change({ join: ['staff'], leave: [] });
    expect(await statusOf(token)).toBe(401);
  });

  it.each([
    ['the application takes none any more', { tokens: false }, { tokens: true }],
    ['it asks for a second factor', { strength: 2 }, { strength: 1 }],
    ['it is for others', { groups: ['night'] }, { groups: ['staff'] }],
  ] as const)('ends where %s', async (_, change, back) => {
    await site.test.putInto('night', await site.test.person('bob'));
    const token = await make();
    await site.change('wiki', change as never);
    expect(await statusOf(token)).toBe(401);
    await site.change('wiki', back as never);
    expect(await statusOf(token)).toBe(401);
  });

  // What no transaction of ours has ended, because a machine of another version or an operator's own hand did it.
  it.each([
    ['somebody is in no group any more', "DELETE FROM group_members WHERE group_name = 'staff'", 403],
    ['the account is disabled', 'UPDATE users SET disabled_at = 1', 401],
    ['the application asks for more', 'UPDATE access_tokens SET strength = 0', 401],
  ])('is refused where %s, though its row is there', async (_, statement, status) => {
    const token = await make();
    await site.test.sql(statement);
    expect(await statusOf(token)).toBe(status);
    expect(await site.test.sql('SELECT digest FROM access_tokens')).toHaveLength(1);
  });

  it.each(['not-me', 'reset', 'operator-reset'] as const)(
    'ends with all others at a compromise: %s',
    async what => {
      const token = await make();
      await site.test.get(Compromise).apply({
        ...{ userId: ada, event: 'authn_not_me', origin: localOrigin('test') },
        doubt: { kind: what, since: null, openedAt: null },
        change: () => Promise.resolve(true),
      });
      expect(await statusOf(token)).toBe(401);
    },
  );

  it('goes with its person', async () => {
    const token = await make();
    await site.test
      .get(DeletePerson)
      .delete({ person: { id: ada, email: null }, origin: localOrigin('test') });
    expect([await statusOf(token), await site.test.sql('SELECT * FROM access_tokens')]).toEqual([401, []]);
  });

  it('is made for applications that take them and that one may enter, under a name, after a recent sign-in', async () => {
    await site.add({ name: 'shut', origins: ['https://shut.example.com'], tokens: false });
    for (const fields of [
      { application: 'shut' },
      { application: 'nothing' },
      { name: ' ' },
      { prefix: '/a/../b' },
    ]) {
      const found = await post('/account/tokens', {
        application: 'wiki',
        name: 'Phone',
        days: '30',
        ...fields,
      });
      expect([fields, found.status]).toEqual([fields, 422]);
    }
    expect(
      (await post('/account/tokens', { application: 'wiki', name: 'Phone', days: '10000' })).status,
    ).toBe(400);
    site.test.clock.pass(minutes(11));
    const late = await post('/account/tokens', { application: 'wiki', name: 'Phone', days: '30' });
    expect([late.status, late.headers.location]).toEqual([303, expect.stringMatching(/^\/confirm/)]);
    expect(await site.test.sql('SELECT * FROM access_tokens')).toEqual([]);
  });
});
