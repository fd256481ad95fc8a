import { documentText } from '../support/document-tables.js';
import { GatedSite } from '../support/gated-site.js';
import { InsideApplications } from '../support/inside-applications.js';
import { ScgiApplication } from '../support/scgi-application.js';
import { FETCH } from '../support/wanderer.js';

const GATE = documentText('deploy/forward-auth/gate.conf');
const CGI = documentText('deploy/forward-auth/gate-cgi.conf');

/** What the lines of a kind say, by name. */
const said = (kind: string) =>
  new Map(
    [...CGI.matchAll(new RegExp(`^${kind}_param (\\S+) (\\S+);$`, 'gm'))].map(([, name, value]) => [
      name,
      value,
    ]),
  );

describe('deploy/forward-auth/gate-cgi.conf', () => {
  it('says the same for each kind of application, all that gate.conf says, and nothing else', () => {
    const passed = [
      ...GATE.slice(0, GATE.indexOf('\nlocation ')).matchAll(/^proxy_set_header (\S+) (\S+);$/gm),
    ]
      .map(([, name = '', value]) => [`HTTP_${name.toUpperCase().replaceAll('-', '_')}`, value] as const)
      // There are no connections to change with these.
      .filter(([name]) => !/^HTTP_(UPGRADE|CONNECTION)$/.test(name));
    const all = new Map([['REMOTE_USER', '$gatehouse_user'], ...passed]);
    expect(all.size).toBeGreaterThan(15);
    for (const kind of ['fastcgi', 'uwsgi', 'scgi']) expect([kind, said(kind)]).toEqual([kind, all]);
    expect(CGI.match(/^[^#\n].*$/gm)).toHaveLength(3 * all.size);
  });
});

describe('an application that nginx speaks SCGI with', () => {
  let site: GatedSite;
  let application: ScgiApplication;
  let ada: string;
  beforeAll(async () => {
    application = await ScgiApplication.start();
    site = await GatedSite.start('nginx', {}, application.port, [
      [
        'nginx.conf',
        /proxy_pass http:\/\/(127\.0\.0\.1:\d+);(?=\s+\}\s+\}\s+server \{[^{}]+server_name tools)/,
        // With what some files of parameters say of the user.
        'include /etc/nginx/scgi_params; scgi_param REMOTE_USER $$remote_user; include gate-cgi.conf; scgi_pass $1;',
      ],
    ]);
    ada = await site.test.person('ada');
    await site.add({ tokens: true, openPaths: [{ prefix: '/public' }] });
  });
  afterAll(async () => {
    await site.close();
    await application.stop();
  });

  const NAMES = ['User', 'Id', 'Name', 'Email', 'Groups', 'Assertion'].flatMap(name => [
    ...[`Remote-${name}`, `Remote_${name}`, `Remote.${name}`, `REMOTE-${name.toUpperCase()}`],
    ...[`X-Remote-${name}`, `X_Remote_${name}`, `X-Remote_${name}`],
  ]);
  const spoofed = {
    ...Object.fromEntries(NAMES.map(name => [name, 'root'])),
    // Of this the application is told, and the name in it is nobody’s.
    authorization: `Basic ${Buffer.from('root:x').toString('base64')}`,
  };
  const told = () => [...application.last].filter(([, value]) => value === 'root');

  it('is told who is there, and nothing that a visitor says', async () => {
    const who = await site.inside();
    const { status } = await who.send(site.wiki, { headers: { ...FETCH, ...spoofed } });
    expect([status, told()]).toEqual([200, []]);
    for (const name of ['REMOTE_USER', 'HTTP_REMOTE_USER', 'HTTP_X_REMOTE_USER'])
      expect([name, application.last.get(name)]).toEqual([name, 'ada']);
    expect(application.last.get('HTTP_REMOTE_ID')).toBe(ada);
  });

  it('is told of nobody on an open path', async () => {
    const { status } = await site
      .visitor()
      .send(`${site.wiki}/public`, { headers: { ...FETCH, ...spoofed } });
    expect([status, told(), application.last.get('REMOTE_USER')]).toEqual([200, [], '']);
  });

  it('gets its own cookies, and none of ours, nor our tokens', async () => {
    const who = await site.inside();
    const cookie = `a=1; ${who.cookiesOf('wiki.example.com')}`;
    await who.send(site.wiki, { headers: { ...FETCH, cookie } });
    expect(application.last.get('HTTP_COOKIE')).toBe('a=1');
    const token = await new InsideApplications(site.test).token(ada, 'wiki');
    for (const headers of [{ authorization: `Bearer ${token}` }, { 'x-gatehouse-token': token }]) {
      expect((await site.visitor().send(site.wiki, { headers })).status).toBe(200);
      expect(JSON.stringify([...application.last])).not.toContain(token.slice(4));
    }
  });
});
