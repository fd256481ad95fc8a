import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../src/config/project-root.js';
import { GateServer } from '../../src/forward-auth/gate-server.js';
import { at, InsideApplications } from '../support/inside-applications.js';
import { TestApp } from '../support/test-app.js';
import { FETCH, NAVIGATION } from '../support/wanderer.js';

type Headers = Readonly<Record<string, string>>;

/** What deploy/forward-auth/README.md has Traefik copy. */
const COPIED = (() => {
  const text = readFileSync(join(PROJECT_ROOT, 'deploy/forward-auth/README.md'), 'utf8');
  const [, written = ''] = /authResponseHeadersRegex: '\(\?i\)([^']+)'/.exec(text) ?? [];
  return new RegExp(written, 'i');
})();

/**
 * Traefik was not run. What its source says (forwardAuth, version 3): of a request that may go on, each header whose name the
 * expression takes is deleted, then each of the answer's that it takes is set; a `Location` is read as relative to the address
 * that was asked.
 */
describe('the answers for Traefik', () => {
  let test: TestApp;
  let gate: Server;
  let cookie: string;
  let token: string;
  beforeAll(async () => {
    test = await TestApp.start({ GATE_LISTEN: '0' });
    const listening = await test.get(GateServer).listen();
    if (listening === null) throw new Error('No gate.');
    gate = listening;
    const inside = new InsideApplications(test);
    await inside.add('wiki', {
      everybody: true,
      includingRegistered: true,
      openPaths: [{ prefix: '/open' }],
    });
    const ada = await test.person('ada');
    await test.signedIn('ada');
    [cookie, token] = [await inside.enter(ada, 'wiki'), await inside.token(ada, 'wiki')];
  });
  afterAll(async () => {
    gate.closeAllConnections();
    gate.close();
    await once(gate, 'close');
    await test.close();
  });

  const place = () => `http://127.0.0.1:${(gate.address() as AddressInfo).port}/forward-auth/traefik`;

  async function ask(headers: Headers, path = '/a?b=c') {
    const forwarded = {
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'wiki.example.com',
      'x-forwarded-uri': path,
      'x-forwarded-method': 'GET',
    };
    const going = request(place(), { headers: { ...headers, ...forwarded }, agent: false }).end();
    const [answer] = (await once(going, 'response')) as [
      { readonly statusCode: number; readonly headers: IncomingHttpHeaders; resume(): void },
    ];
    answer.resume();
    return answer;
  }

  /** What the application gets. */
  async function passed(headers: Headers, path?: string): Promise<Headers> {
    const { statusCode, headers: answered } = await ask(headers, path);
    expect(statusCode).toBe(200);
    const kept = Object.entries(headers).filter(([name]) => !COPIED.test(name));
    const copied = Object.entries(answered).filter(([name]) => COPIED.test(name));
    return Object.fromEntries([...kept, ...copied.map(([name, value]) => [name, String(value)] as const)]);
  }

  it('lead who goes to a page to the application’s own host, not to where the gate is', async () => {
    const { statusCode, headers } = await ask(NAVIGATION);
    expect([statusCode, new URL(headers.location ?? '', place()).href]).toEqual([
      303,
      `${at('wiki')}/.gatehouse/start?to=%2Fa%3Fb%3Dc`,
    ]);
  });

  it('say who is there, and keep our cookies from the application, but not its own', async () => {
    const ours = `__Host-gatehouse-app=${cookie}; __Host-gatehouse-browser-abcdef=x`;
    const headers = { ...FETCH, cookie: `theirs=1; ${ours}`, authorization: 'Bearer theirs' };
    expect(await passed(headers)).toMatchObject({
      cookie: 'theirs=1',
      authorization: 'Bearer theirs',
      'remote-user': 'ada',
      'x-remote-user': 'ada',
    });
    expect(await passed({ ...FETCH, cookie: ours })).not.toHaveProperty('cookie');
  });

  it('keep tokens from the application', async () => {
    const both = { 'x-gatehouse-token': token, authorization: `Bearer ${token}` };
    const got = await passed(both);
    expect(got['remote-user']).toBe('ada');
    expect(JSON.stringify(got)).not.toContain(token);
    expect(got).not.toHaveProperty('authorization');
  });

  it('leave nothing of what a visitor says of who they are, or of what the gate was asked about', async () => {
    const names = [
      'remote-user',
      'remote_user',
      'remote.user',
      'x-remote-user',
      'x.remote_groups',
      'x_remote-id',
      ...['forwarded', 'x-original-url', 'x_rewrite.url'],
    ];
    const spoofed = Object.fromEntries(names.map(name => [name, 'root']));
    expect(Object.values(await passed({ ...FETCH, ...spoofed }, '/open/a'))).not.toContain('root');
  });
});
