import { DataSource } from 'typeorm';
import type { EchoApplication } from '../support/echo-application.js';
import type { Fault } from '../support/gate-proxies.js';
import { GatedSite } from '../support/gated-site.js';
import { PASSWORD } from '../support/test-app.js';
import { endSignIns } from './gated-chromium.js';
import { giveItPages } from './small-application.js';
import { Tunnel } from './tunnel.js';
import { Webkit } from './webkit.js';

/** A proxy that takes away the cookies that are given at the host of one of the applications. */
const WITHOUT_COOKIES: Fault = [
  'nginx.conf',
  /server_name tools\.example\.net;/,
  '$& proxy_hide_header Set-Cookie;',
];

const SIGN_IN = 'main form[action="/login"] button:not([type])';

let site: GatedSite;
let tunnel: Tunnel;
let webkit: Webkit;
beforeAll(async () => {
  tunnel = await Tunnel.open();
  [webkit, site] = await Promise.all([
    Webkit.start(tunnel.place),
    GatedSite.start('nginx', {}, undefined, [WITHOUT_COOKIES]),
  ]);
  await site.test.person('ada');
  await site.add();
  await site.add({
    name: 'tools',
    label: 'Tools',
    origins: [site.tools],
    openPaths: [{ prefix: '/', methods: ['GET'] }],
  });
});
afterAll(async () => {
  await webkit.stop();
  await site.close();
  tunnel.close();
});

/** A page that tells its application each time it is shown, and may have a link. */
const telling = ({ then = '', link = '' } = {}) => ({
  type: 'text/html',
  fresh: true,
  text: `<title>Here</title><a href="${link}">On</a>
    <script>addEventListener('pageshow', () => fetch('/shown').then(() => { ${then} }));</script>`,
});
/** A page has its title before it has what stands on it. */
const isWhole = (title: string) =>
  `return document.readyState === 'complete' && document.title.startsWith('${title}');`;
const shown = ({ received }: EchoApplication) => received.filter(({ url }) => url === '/shown').length;

async function signInOnTheWay(): Promise<void> {
  await webkit.untilPath(`${site.login}/login`);
  const landing = site.wikiApp.next('/shown');
  await webkit.type('#username', 'ada');
  await webkit.type('#password', PASSWORD);
  await webkit.press(SIGN_IN);
  await landing;
  expect(await webkit.url()).toBe(`${site.wiki}/deep?a=1&b=%2F`);
}

/** Comes from a page of another site over a link to one that asks for a sign-in. */
async function followLink(): Promise<void> {
  site.toolsApp.shows.set('/before', telling({ link: `${site.wiki}/deep?a=1&b=%2F` }));
  site.wikiApp.shows.set('/deep', telling());
  // It has told so before it is left: else that may come among what is counted later.
  const told = site.toolsApp.next('/shown');
  await webkit.open(`${site.tools}/before`);
  await told;
  await webkit.press('a');
}

/**
 * After Back over another site the driver answers nothing any more. So the pages themselves say that they are there, and go
 * back. What they ask for arrives at the host whose page the browser takes them for.
 */
describe('in WebKitGTK, behind nginx', () => {
  it('somebody who comes for the first time lands on the page, and finds a form that works where they come by Back later', async () => {
    await followLink();
    await signInOnTheWay();
    await webkit.open(`${site.tools}/before`);
    await endSignIns(site);
    await webkit.back();
    await signInOnTheWay();
  });

  it('somebody who has signed in gets out by Back', async () => {
    const { wikiApp, toolsApp } = site;
    await endSignIns(site);
    await followLink();
    await signInOnTheWay();
    for (const { received } of [wikiApp, toolsApp]) received.length = 0;

    // The form is behind; who is signed in is led on from it, to where they were.
    wikiApp.shows.set('/deep', telling({ then: 'history.back();' }));
    const before = toolsApp.next('/shown');
    await webkit.back();
    await before;
    expect([shown(wikiApp), shown(toolsApp)]).toEqual([1, 1]);
    expect(wikiApp.received.filter(({ url }) => url === '/deep?a=1&b=%2F')).toHaveLength(1);
  });
});

describe('in WebKitGTK while the database is away, behind nginx', () => {
  it('a page says so, and a form is not sent, and is sent from the page before it once the database is back', async () => {
    giveItPages(site.wikiApp);
    await endSignIns(site);
    await webkit.open(`${site.wiki}/form`);
    await webkit.untilPath(`${site.login}/login`);
    await webkit.type('#username', 'ada');
    await webkit.type('#password', PASSWORD);
    await webkit.press(SIGN_IN);
    await webkit.untilPath(`${site.wiki}/form`);
    await webkit.type('textarea', 'precious');
    site.wikiApp.received.length = 0;

    await site.test.get(DataSource).destroy();
    try {
      await webkit.press('button');
      expect(await webkit.url()).toBe(`${site.wiki}/save`);
      expect(await webkit.words()).toContain('nothing was sent. What you typed is still in the page');
      await webkit.back();
      await webkit.until("return document.querySelector('textarea')?.value === 'precious';");
      await webkit.open(`${site.wiki}/part`);
      expect(await webkit.words()).toContain('If you were signed in, you still are.');
    } finally {
      await site.test.get(DataSource).initialize();
    }
    expect(site.wikiApp.received).toEqual([]);
    await webkit.back();
    await webkit.until("return document.querySelector('textarea')?.value === 'precious';");
    await webkit.press('button');
    expect(await webkit.url()).toBe(`${site.wiki}/save`);
    const saved = site.wikiApp.received.filter(({ url }) => url === '/save');
    expect(saved.map(({ body }) => body)).toEqual(['text=precious']);
  });
});

describe('in WebKitGTK that gets no cookie at the host of an application, behind nginx', () => {
  it('a page says so, and after five times another one that it is a circle, and what was seen', async () => {
    await endSignIns(site);
    site.toolsApp.received.length = 0;
    await webkit.open(`${site.tools}/.gatehouse/start?to=%2F`);
    await webkit.untilPath(`${site.login}/login`);
    await webkit.type('#username', 'ada');
    await webkit.type('#password', PASSWORD);
    await webkit.press(SIGN_IN);
    for (let round = 0; round < 5; round += 1) {
      await webkit.until(isWhole('One more step'));
      expect(await webkit.words()).toContain('kept no cookie of this site on the way here');
      await webkit.press('a.button');
    }
    await webkit.until(isWhole('This goes round in a circle'));
    expect(await webkit.words()).toContain('The browser sent no cookie of that site');
    // Pages there are open to everybody, so that the page of before may still ask for something.
    expect(site.toolsApp.received.filter(({ headers }) => headers['remote-user'])).toEqual([]);
  });
});

describe('in WebKitGTK that keeps no cookies, behind nginx', () => {
  let refusing: Webkit;
  beforeAll(async () => {
    refusing = await Webkit.start(tunnel.place, ['--cookies-policy=never']);
  });
  afterAll(() => refusing.stop());

  it('the sign-in form says so each time, and stays on its way', async () => {
    site.wikiApp.received.length = 0;
    await refusing.open(`${site.wiki}/deep?a=1`);
    for (let round = 0; round < 2; round += 1) {
      await refusing.type('#username', 'ada');
      await refusing.type('#password', PASSWORD);
      await refusing.press(SIGN_IN);
      expect(await refusing.words()).toContain('your browser did not keep the cookie that says so');
      expect(await refusing.url()).toContain(encodeURIComponent('&to=%2Fdeep%3Fa%3D1&'));
    }
    expect(site.wikiApp.received).toEqual([]);
  });
});
