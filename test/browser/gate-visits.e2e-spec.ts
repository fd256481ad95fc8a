import type { Browser, Page } from 'playwright-core';
import { GatedSite } from '../support/gated-site.js';
import {
  goInto,
  goTo,
  inside,
  isInside,
  loseSession,
  newBrowser,
  openGatedChromium,
  signInTo,
} from './gated-chromium.js';
import { until } from './doing.js';
import { giveItPages, PICTURES } from './small-application.js';

let chromium: Browser;
beforeAll(async () => {
  chromium = await openGatedChromium();
});
afterAll(() => chromium.close());

describe.each(['nginx', 'caddy'] as const)('in Chromium, behind %s', kind => {
  let site: GatedSite;
  beforeAll(async () => {
    site = await GatedSite.start(kind);
    await site.test.person('ada');
    await site.test.person('bob');
    await site.add({ openPaths: [{ prefix: '/ahead', methods: ['GET'] }] });
    await site.add({ name: 'tools', label: 'Tools', origins: [site.tools], preflight: 'pass' });
    giveItPages(site.wikiApp);
    giveItPages(site.toolsApp);
  });
  afterAll(() => site.close());
  beforeEach(() => {
    site.wikiApp.received.length = 0;
  });

  const received = (path: string) => site.wikiApp.received.filter(({ url }) => url === path);
  const newPage = async (): Promise<Page> => (await newBrowser(chromium)).newPage();
  const fetched = (page: Page, path: string, options = '{}') =>
    page.evaluate<[number, string | null]>(
      `fetch('${path}', ${options}).then(({ status, headers }) => [status, headers.get('gatehouse-sign-in')])`,
    );

  describe('somebody who comes for the first time', () => {
    it('signs in, lands on the page with its query, and gets out by Back', async () => {
      const page = await newPage();
      await page.goto(`${site.login}/nowhere`);
      await page.goto(`${site.wiki}/deep?a=1&b=%2F`);
      await signInTo(page, `${site.wiki}/deep?a=1&b=%2F`);
      // The form is behind; who is signed in is led on from it, to where they were.
      await page.goBack();
      await isInside(page, `${site.wiki}/deep?a=1&b=%2F`);
      expect(received('/deep?a=1&b=%2F')).toHaveLength(2);
      await page.goBack();
      expect(page.url()).toBe(`${site.login}/nowhere`);
      await page.context().close();
    });

    it('gets out by Back as well before they sign in', async () => {
      const page = await newPage();
      await page.goto(`${site.tools}/.gatehouse/sign-out`);
      const before = page.url();
      await page.goto(`${site.wiki}/deep`);
      await page.waitForURL(/\/login\?/);
      await page.goBack();
      expect(page.url()).toBe(before);
      await page.context().close();
    });

    it('in several tabs lands on the page of each, whichever is sent first', async () => {
      const context = await newBrowser(chromium);
      const tabs = await Promise.all(Array.from({ length: 4 }, () => context.newPage()));
      await Promise.all(tabs.map((tab, n) => goTo(tab, `${site.wiki}/tab/${n}?n=${n}`)));
      for (const n of [2, 0, 3, 1]) {
        const tab = tabs[n];
        if (tab === undefined) throw new Error('No tab.');
        await signInTo(tab, `${site.wiki}/tab/${n}?n=${n}`);
        expect(await tab.innerText('body')).toContain('"remote-user":"ada"');
      }
      await context.close();
    });
  });

  describe('a page with many pictures', () => {
    it('gets a 401 for each without a session, and neither redirect, cookie nor ticket; then all of them', async () => {
      const page = await inside(chromium, `${site.wiki}/pictures`);
      const drawn = '[...document.images].filter(image => image.naturalWidth > 0).length';
      expect(await page.evaluate(drawn)).toBe(PICTURES);
      await loseSession(page);
      site.wikiApp.received.length = 0;
      const before = await site.test.sql('SELECT digest FROM entry_tickets');
      const statuses: number[] = [];
      page.on('response', answer => statuses.push(answer.status()));
      const all = '[...document.images].map(image => image.decode().then(() => true, () => false))';
      const again = `[...document.images].forEach(image => (image.src += '?again')); Promise.all(${all})`;
      expect(await page.evaluate(again)).toEqual(Array.from({ length: PICTURES }, () => false));
      // The page knows of an answer before the last of its headers were told of.
      while (statuses.length < PICTURES) await page.evaluate('1');
      expect(statuses).toEqual(Array.from({ length: PICTURES }, () => 401));
      expect(await page.context().cookies(site.wiki)).toEqual([]);
      expect(await site.test.sql('SELECT digest FROM entry_tickets')).toEqual(before);
      expect(site.wikiApp.received).toEqual([]);
      await page.reload();
      await until(page, `${drawn} === ${PICTURES}`);
      await page.context().close();
    });
  });

  describe('a session that ends in the middle of work', () => {
    it('is told to a script by 401 and where to sign in', async () => {
      const page = await inside(chromium, `${site.wiki}/form`);
      expect(await fetched(page, '/api')).toEqual([200, null]);
      await site.test.sql('DELETE FROM application_sessions');
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])
        expect(await fetched(page, '/api', `{ method: '${method}' }`)).toEqual([401, '/.gatehouse/start']);
      expect(received('/api').map(({ method }) => method)).toEqual(['GET']);
      await page.context().close();
    });

    it('loses nothing that was typed: Back has it, and after a sign-in in a new tab it is sent', async () => {
      const page = await inside(chromium, `${site.wiki}/form`);
      await page.fill('textarea', 'precious');
      await page.context().clearCookies();
      await page.click('button');
      await page.waitForSelector('text=This was not sent');
      expect(received('/save')).toEqual([]);
      const opening = page.context().waitForEvent('page');
      await page.click('text=Sign in in a new tab');
      const tab = await opening;
      await tab.waitForURL(/\/login\?/);
      await signInTo(tab, `${site.wiki}/`);
      await page.goBack();
      expect(await page.inputValue('textarea')).toBe('precious');
      await page.click('button');
      await page.waitForURL(`${site.wiki}/save`);
      expect(received('/save').map(({ body }) => body)).toEqual(['text=precious']);
      await page.context().close();
    });
  });

  describe('what is no page that somebody goes to', () => {
    it('in a frame says how to open it in its own window', async () => {
      const page = await inside(chromium, `${site.wiki}/framing`);
      const part = page.frameLocator('iframe');
      expect(await part.locator('body').innerText()).toBe('A part of a page');
      await loseSession(page);
      await page.evaluate("document.querySelector('iframe').src = '/part?again'");
      await part.getByText('Open it in its own window').waitFor();
      const opening = page.context().waitForEvent('page');
      await part.getByText('Open it in its own window').click();
      const tab = await opening;
      await tab.waitForURL(`${site.wiki}/part?again`);
      await page.context().close();
    });

    it('is loaded ahead for nobody: no ticket, no cookie, and it leads to the sign-in once somebody goes to it', async () => {
      const page = await newPage();
      const devtools = await page.context().newCDPSession(page);
      await devtools.send('Preload.enable');
      const prefetched = new Promise<string>(resolve =>
        devtools.on('Preload.prefetchStatusUpdated', ({ status, prefetchStatus }) => {
          if (status === 'Failure') resolve(prefetchStatus);
        }),
      );
      const linked = page.waitForEvent('response', answer => answer.url().endsWith('/linked'));
      await page.goto(`${site.wiki}/ahead`);
      expect((await linked).status()).toBe(401);
      expect(await prefetched).toBe('PrefetchFailedNon2XX');
      expect(await page.context().cookies()).toEqual([]);
      expect(site.wikiApp.received.map(({ url }) => url)).toEqual(['/ahead']);
      await page.evaluate("location.href = '/rendered'");
      await page.waitForURL(/\/login\?/);
      await signInTo(page, `${site.wiki}/rendered`);
      await page.context().close();
    });

    it('a worker of the application fetches in its name, and lets nobody past, nor keeps anybody out', async () => {
      const page = await inside(chromium, `${site.wiki}/worker`);
      await page.evaluate(`navigator.serviceWorker.register('/worker.js')
        .then(() => navigator.serviceWorker.ready)
        .then(() => new Promise(done => navigator.serviceWorker.controller
          ? done() : navigator.serviceWorker.addEventListener('controllerchange', () => done())))`);
      const ask = `new Promise(done => {
        navigator.serviceWorker.addEventListener('message', ({ data }) => done(data), { once: true });
        navigator.serviceWorker.controller.postMessage('go');
      })`;
      expect(await page.evaluate(ask)).toBe(200);
      await loseSession(page);
      expect(await page.evaluate(ask)).toBe(401);
      // Its pages come from the worker, which asks for them, and so does every step of the way there.
      await goInto(page, `${site.wiki}/worker?2`);
      expect(await page.innerText('body')).toBe('With a worker');
      await page.context().clearCookies();
      await page.goto(`${site.wiki}/worker?3`);
      await signInTo(page, `${site.wiki}/worker?3`);
      await page.context().clearCookies();
      await page.setContent('<form method="post" action="/save"><button>Save</button></form>');
      await page.click('button');
      await page.waitForSelector('text=This was not sent');
      expect(received('/save')).toEqual([]);
      await page.context().close();
    });

    it('a WebSocket is opened for who is there, and for nobody else', async () => {
      const page = await inside(chromium, `${site.wiki}/form`);
      const open = `new Promise(done => {
        const socket = new WebSocket(location.origin.replace('https', 'wss') + '/socket');
        socket.addEventListener('message', ({ data }) => done(data));
        socket.addEventListener('error', () => done('refused'));
      })`;
      expect(await page.evaluate(open)).toBe('hello');
      await loseSession(page);
      site.wikiApp.received.length = 0;
      expect(await page.evaluate(open)).toBe('refused');
      expect(received('/socket')).toEqual([]);
      await page.context().close();
    });
  });

  it('a question of CORS is denied, or passed to the application, as its rules say', async () => {
    const page = await inside(chromium, `${site.tools}/form`);
    const asked = (url: string) =>
      page.evaluate<boolean>(
        `fetch('${url}', { method: 'PUT', mode: 'cors' }).then(() => true, () => false)`,
      );
    expect(await asked(`${site.wiki}/cors`)).toBe(false);
    expect(received('/cors')).toEqual([]);
    const other = await inside(chromium, `${site.wiki}/form`);
    await other.evaluate(`fetch('${site.tools}/cors', { method: 'PUT' }).catch(() => null)`);
    expect(site.toolsApp.received.filter(({ url }) => url === '/cors').map(({ method }) => method)).toEqual([
      'OPTIONS',
    ]);
    for (const each of [page, other]) await each.context().close();
  });
});
