import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AccessTokens } from '../../src/forward-auth/access-tokens.js';
import { days } from '../../src/kernel/durations.js';
import { freePort } from '../support/free-port.js';
import { GatedSite } from '../support/gated-site.js';
import { NAVIGATION } from '../support/wanderer.js';

const PROGRAM = '/usr/bin/radicale';

const EVENT = [
  ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', 'BEGIN:VEVENT', 'UID:tea@example.com'],
  ...[
    'DTSTAMP:20261128T080000Z',
    'DTSTART:20261128T100000Z',
    'SUMMARY:Tea',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ],
].join('\r\n');

const REPORT = `<?xml version="1.0"?><C:calendar-query xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:">
<D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>`;

/** Debian's calendar server, as an application that nobody here wrote. */
class Radicale {
  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  static async start(): Promise<Radicale> {
    const [folder, port] = [mkdtempSync(join(tmpdir(), 'gatehouse-radicale-')), await freePort()];
    const lines = [
      '[server]',
      `hosts = 127.0.0.1:${port}`,
      '[auth]',
      'type = http_x_remote_user',
      '[storage]',
      `filesystem_folder = ${folder}`,
    ];
    writeFileSync(join(folder, 'config'), lines.join('\n'));
    const child = spawn(PROGRAM, ['--config', join(folder, 'config')], { stdio: 'ignore' });
    for (;;) {
      const socket = connect(port, '127.0.0.1');
      const up = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      socket.destroy();
      if (up) return new Radicale(port, child, folder);
      if (child.exitCode !== null) throw new Error('Radicale did not start.');
      await pause(50);
    }
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'close');
    this.child.kill('SIGKILL');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

describe.each(['nginx', 'caddy'] as const)('Radicale, behind %s', kind => {
  let site: GatedSite;
  let radicale: Radicale;
  let ada: string;
  beforeAll(async () => {
    radicale = await Radicale.start();
    site = await GatedSite.start(kind, {}, radicale.port);
    ada = await site.test.person('ada');
    await site.add({ name: 'cal', label: 'Calendars', tokens: true });
  });
  afterAll(async () => {
    await site.close();
    await radicale.stop();
  });

  it('is led to sign in, and shows its page to who has', async () => {
    const who = site.visitor();
    const form = await who.go(`${site.wiki}/`);
    expect(new URL(form.url).pathname).toBe('/login');
    const page = await site.signIn(who, form);
    expect([page.status, page.url]).toEqual([200, expect.stringContaining('/.web')]);
    expect(page.body).toContain('Radicale');
  });

  it('takes calendars of a program with a token, each in its person’s name', async () => {
    const made = await site.test.get(AccessTokens).make(
      {
        ...{
          userId: ada,
          applicationName: 'cal',
          name: 'Phone',
          methods: [],
          prefix: '',
          strength: 1,
          life: days(1),
        },
      },
      () => Promise.resolve(true),
    );
    const token = made.outcome === 'made' ? made.plain : '';
    const program = site.visitor();
    const authorization = `Basic ${Buffer.from(`ada:${token}`).toString('base64')}`;
    const dav = (method: string, path: string, body = '', more: Record<string, string> = {}) =>
      program.send(site.wiki + path, { method, body, headers: { authorization, ...more } });
    expect((await dav('PROPFIND', '/', '', { depth: '0' })).body).toContain('/ada/');
    expect((await dav('MKCALENDAR', '/ada/work/')).status).toBe(201);
    const calendar = { 'content-type': 'text/calendar; charset=utf-8' };
    expect((await dav('PUT', '/ada/work/tea.ics', EVENT, calendar)).status).toBe(201);
    const found = await dav('REPORT', '/ada/work/', REPORT, {
      depth: '1',
      'content-type': 'application/xml',
    });
    expect([found.status, found.body]).toEqual([207, expect.stringContaining('SUMMARY:Tea')]);
    expect((await dav('GET', '/ada/work/tea.ics')).body).toContain('SUMMARY:Tea');
    const nobody = await site.visitor().send(`${site.wiki}/ada/work/tea.ics`, {
      headers: {
        authorization: 'Basic YWRhOmFkYQ==',
        'x-remote-user': 'ada',
        x_remote_user: 'ada',
        remote_user: 'ada',
      },
    });
    expect([nobody.status, nobody.headers['www-authenticate']]).toEqual([401, undefined]);
    expect((await dav('DELETE', '/ada/work/')).status).toBe(200);
    expect(
      (await program.send(site.wiki, { headers: { ...NAVIGATION, authorization } })).status,
    ).toBeLessThan(400);
  });
});
