import { documentText } from '../support/document-tables.js';
import type { Received } from '../support/echo-application.js';
import { GatedSite } from '../support/gated-site.js';
import type { Fault } from '../support/gate-proxies.js';
import { InsideApplications } from '../support/inside-applications.js';
import { FETCH } from '../support/wanderer.js';

/** What `forward_auth` is written out to, which differs from version to version in how it copies headers. */
const FORWARD_AUTH = /forward_auth (\S+) \{\s+uri (\S+)\s[^{}]*copy_headers \{([^{}]+)\}\s+\}/;

const file = documentText('deploy/forward-auth/Caddyfile');

/** The names in `copy_headers`: those of the answer, and those they are copied to. */
const copied = (FORWARD_AUTH.exec(file)?.[3] ?? '')
  .split('\n')
  .map(line => line.trim())
  .filter(line => line !== '' && !line.startsWith('#'))
  .map(line => line.split('>') as [string, string?])
  .map(([from, to = from]) => ({ from, to }));

/** `forward_auth` written out, with other lines for each header that is copied. */
const copying = (lines: (header: { from: string; to: string }, index: number) => string): Fault => {
  const each = copied.map(lines).join('\n');
  const asked = `method GET\nrewrite $2\nheader_up X-Forwarded-Method {method}\nheader_up X-Forwarded-Uri {uri}`;
  const route = `handle_response @good {\nroute {\n${each}\n}\n}`;
  return ['Caddyfile', FORWARD_AUTH, `reverse_proxy $1 {\n${asked}\n@good status 2xx\n${route}\n}`];
};

const onlyWithValue = ({ from, to }: { from: string; to: string }, index: number) =>
  `@h${index} not vars {http.reverse_proxy.header.${from}} ""\nrequest_header @h${index} ${to} {http.reverse_proxy.header.${from}}`;

/** As their source has it: each version, and how it writes out `copy_headers`. */
const VERSIONS: readonly (readonly [string, readonly Fault[]])[] = [
  ['2.6.2, which runs here', []],
  ['2.9.0 to 2.11.1, which leave what a visitor sent where the answer is empty', [copying(onlyWithValue)]],
  [
    '2.11.2 and later, which take that away first',
    [copying((header, index) => `request_header -${header.to}\n${onlyWithValue(header, index)}`)],
  ],
];

describe.each(VERSIONS)('deploy/forward-auth/Caddyfile with Caddy %s', (_, faults) => {
  let site: GatedSite;
  let inside: InsideApplications;
  let ada: string;
  beforeAll(async () => {
    site = await GatedSite.start('caddy', {}, undefined, faults);
    ada = await site.test.person('ada');
    inside = new InsideApplications(site.test);
    await site.add({ tokens: true, openPaths: [{ prefix: '/public' }] });
  });
  afterAll(() => site.close());

  const received = () => site.wikiApp.last?.raw.map(text => text.toLowerCase()) ?? [];
  const last = (): Received['headers'] => site.wikiApp.last?.headers ?? {};

  it('passes on no cookie where the only one is ours', async () => {
    const who = await site.inside();
    expect((await who.send(site.wiki, { headers: FETCH })).status).toBe(200);
    expect(last()).toMatchObject({ 'remote-user': 'ada', 'remote-id': ada });
    expect(received()).not.toContain('cookie');
    expect(received()).not.toContain('gatehouse-cookie');
    await who.send(site.wiki, { headers: { ...FETCH, cookie: `${who.cookiesOf('wiki.example.com')}; a=1` } });
    expect(last().cookie).toBe('a=1');
  });

  it('passes on no token of ours, and credentials of the application', async () => {
    const token = await inside.token(ada, 'wiki');
    const send = (headers: Record<string, string>) => site.visitor().send(site.wiki, { headers });
    expect((await send({ authorization: `Bearer ${token}` })).status).toBe(200);
    expect(received()).not.toContain('authorization');
    expect(received()).not.toContain('gatehouse-authorization');
    await send({ authorization: 'Bearer theirs', 'x-gatehouse-token': token });
    expect(last().authorization).toBe('Bearer theirs');
  });

  it('passes on nothing that a visitor says in place of the gate, where that has nothing to say', async () => {
    const names = [...copied.map(({ from }) => from), 'Gatehouse-Cookie', 'Gatehouse-Authorization'];
    const said = Object.fromEntries(names.map(name => [name, 'root']));
    for (const path of ['/public', '/'])
      for (const who of [site.visitor(), await site.inside()]) {
        site.wikiApp.received.length = 0;
        await who.send(site.wiki + path, { headers: { ...FETCH, ...said } });
        expect(received()).not.toContain('root');
      }
  });
});
