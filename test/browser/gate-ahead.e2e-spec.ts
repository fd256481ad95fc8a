import { once } from 'node:events';
import type { Server } from 'node:http';
import { GatedSite } from '../support/gated-site.js';
import { PASSWORD } from '../support/test-app.js';
import { LoneChromium } from './lone-chromium.js';

let chromium: LoneChromium;
beforeAll(async () => {
  chromium = await LoneChromium.start();
});
afterAll(() => chromium.stop());

const FILL_IN = `
  document.querySelector('#username').value = 'ada';
  document.querySelector('#password').value = ${JSON.stringify(PASSWORD)};
  document.querySelector('#password').form.requestSubmit();`;

const page = (title: string, body: string) => ({
  type: 'text/html',
  fresh: true,
  text: `<!doctype html><title>${title}</title><link rel="icon" href="data:,">${body}`,
});

/** A page that says what is to be rendered ahead, and goes there once the application says "now". */
const leadingTo = (path: string) =>
  page(
    'Leading',
    `<script type="speculationrules">{"prerender": [{"urls": ["${path}"], "eagerness": "immediate"}]}</script>
    <script>
      const look = () => fetch('/go').then(answer => answer.text())
        .then(text => (text === 'now' ? (location.href = '${path}') : setTimeout(look, 50)));
      look();
    </script>`,
  );

/** Tells its application how it was shown. */
const RENDERED = page(
  'Rendered',
  `<script>
    fetch('/shown?ahead=' + document.prerendering);
    document.addEventListener('prerenderingchange', () => fetch('/activated'));
  </script>`,
);

describe.each(['nginx', 'caddy'] as const)('a page that Chromium renders ahead, behind %s', kind => {
  let site: GatedSite;
  /** Where somebody began to sign in or to enter. */
  const starts: string[] = [];
  beforeAll(async () => {
    site = await GatedSite.start(kind);
    const server = site.test.app.getHttpServer() as Server;
    server.on('request', ({ url = '' }) => {
      if (url.startsWith('/.gatehouse/start')) starts.push(url);
    });
    await site.test.person('ada');
    await site.add({
      openPaths: [
        { prefix: '/ahead', methods: ['GET'] },
        { prefix: '/go', methods: ['GET'] },
      ],
    });
    const { shows } = site.wikiApp;
    shows.set('/ahead', leadingTo('/rendered?a=1'));
    shows.set('/ahead-out', leadingTo('/.gatehouse/sign-out'));
    shows.set('/rendered', RENDERED);
  });
  afterAll(() => site.close());
  beforeEach(async () => {
    await chromium.clearCookies();
    await site.test.sql('DELETE FROM application_sessions');
    site.wikiApp.shows.delete('/go');
    starts.length = 0;
    site.wikiApp.received.length = 0;
  });

  const go = () => site.wikiApp.shows.set('/go', { type: 'text/plain', text: 'now', fresh: true });
  const received = (path: string) => site.wikiApp.received.filter(({ url }) => url === path);
  const tickets = () => site.test.sql('SELECT digest, spent_at FROM entry_tickets ORDER BY digest');
  /** Resolves once the page is shown that was not rendered ahead. */
  const isIn = () => site.wikiApp.next('/shown?ahead=false');

  /** Resolves once the proxy has asked about what is to be rendered ahead, and the browser has its answer. */
  async function refusedAhead(): Promise<void> {
    for (;;) {
      const [request, response] = await once(site.gate, 'request');
      if (!/prerender/.test(String(request.headers['sec-purpose']))) continue;
      if (!response.writableFinished) await once(response, 'finish');
      return;
    }
  }

  async function signIn(): Promise<void> {
    await chromium.until(
      "document.querySelector('#password')?.form != null && document.readyState === 'complete'",
    );
    const shown = isIn();
    await chromium.run(FILL_IN);
    await shown;
  }

  async function comeIn(): Promise<void> {
    await chromium.leaveFor(`${site.wiki}/rendered?a=1`);
    await signIn();
    starts.length = 0;
    site.wikiApp.received.length = 0;
  }

  it('is none without a session: no ticket, no cookie; going there leads to the sign-in, and then it is shown', async () => {
    const before = await tickets();
    const refused = refusedAhead();
    await chromium.leaveFor(`${site.wiki}/ahead`);
    await refused;
    expect([await chromium.cookies(), await tickets()]).toEqual([[], before]);
    go();
    await signIn();
    expect(received('/rendered?a=1')).toHaveLength(1);
    expect([starts.length, (await tickets()).length]).toEqual([1, before.length + 1]);
    expect(received('/activated')).toEqual([]);
  });

  it('lets nobody in who is signed in elsewhere alone: they enter as they go there', async () => {
    await comeIn();
    await site.test.sql('DELETE FROM application_sessions');
    const [before, kept] = [await tickets(), await chromium.cookies()];
    const refused = refusedAhead();
    await chromium.leaveFor(`${site.wiki}/ahead`);
    await refused;
    expect([await chromium.cookies(), await tickets()]).toEqual([kept, before]);
    expect(await site.test.sql('SELECT digest FROM application_sessions')).toEqual([]);
    const shown = isIn();
    go();
    await shown;
    expect(received('/shown?ahead=false').map(({ headers }) => headers['remote-user'])).toEqual(['ada']);
    expect([starts.length, (await tickets()).length]).toEqual([1, before.length + 1]);
  });

  it('is theirs who have a session, and is shown as they go there without being asked for again', async () => {
    await comeIn();
    const ahead = site.wikiApp.next('/shown?ahead=true');
    await chromium.leaveFor(`${site.wiki}/ahead`);
    await ahead;
    expect(received('/activated')).toEqual([]);
    const shown = site.wikiApp.next('/activated');
    go();
    await shown;
    expect(received('/rendered?a=1').map(({ headers }) => headers['remote-user'])).toEqual(['ada']);
    expect(await chromium.run("fetch('/api').then(({ status }) => status)")).toBe(200);
  });

  it('signs nobody out, but who goes there is signed out, and not asked for it', async () => {
    await comeIn();
    await chromium.leaveFor(`${site.wiki}/ahead-out`);
    await site.wikiApp.next('/go');
    go();
    await chromium.until("location.pathname === '/logout' && document.readyState === 'complete'");
    expect(await site.test.sql('SELECT digest FROM application_sessions')).toEqual([]);
  });
});
