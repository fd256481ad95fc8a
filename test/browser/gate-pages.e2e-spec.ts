import type { Browser, Page } from 'playwright-core';
import { Tickets } from '../../src/forward-auth/tickets.js';
import { GatedSite } from '../support/gated-site.js';
import { TYPED_IN_WEBKIT } from '../support/wanderer.js';
import { goInto, inside, openGatedChromium } from './gated-chromium.js';
import { violations } from './violations.js';

const SCREENS = { phone: { width: 320, height: 667 }, desktop: { width: 1280, height: 800 } };

let site: GatedSite;
let chromium: Browser;
let page: Page;
let ada: string;
beforeAll(async () => {
  [chromium, site] = await Promise.all([openGatedChromium(), GatedSite.start('caddy')]);
  ada = await site.test.person('ada');
  await site.test.putInto('staff', ada);
  await site.add({ tokens: true });
  await site.add({
    name: 'tools',
    label: 'Tools',
    origins: [site.tools],
    everybody: false,
    groups: ['staff'],
  });
  page = await inside(chromium, `${site.wiki}/`);
  await goInto(page, `${site.tools}/`);
  // As a node of before does it, which does not end what it opened: the gate then says so at the application itself.
  await site.test.sql('DELETE FROM group_members');
});
afterAll(async () => {
  await chromium.close();
  await site.close();
});

const ours =
  (path: string, headers: Record<string, string> = {}) =>
  async () => {
    await page.setExtraHTTPHeaders(headers);
    await page.goto(`${site.wiki}/.gatehouse/${path}`);
    await page.setExtraHTTPHeaders({});
  };
const AHEAD = { 'sec-purpose': 'prefetch' };

const PAGES: readonly (readonly [name: string, title: string, open: () => Promise<unknown>])[] = [
  ['may not enter', 'Not allowed', () => page.goto(`${site.tools}/`)],
  ['not sent', 'This was not sent', ours('expired?as=form')],
  ['in a frame', 'Sign in first', ours('expired?as=frame&to=%2Fpart')],
  ['to a script', 'Sign in first', ours('expired?as=program&to=%2Fapi')],
  ['own window', 'Open it in its own window', ours('start?to=%2F', AHEAD)],
  ['on to the sign-in', 'Sign in', openGoing],
  ['sign-out of another site', 'Sign out', ours('sign-out', AHEAD)],
  ['unavailable', 'Back in a moment', ours('unavailable')],
  ['unavailable to a form', 'This was not sent', ours('unavailable?as=form')],
  ['refused, without cookies', 'One more step', openWithoutCookies],
  ['nothing here', 'Not allowed', ours('nothing')],
  ['entrance that is not allowed', 'Not allowed', openNotAllowed],
  ['entrance in a circle', 'This goes round in a circle', openCircle],
  ['access tokens', 'Access tokens', () => page.goto(`${site.login}/account/tokens`)],
  ['new access token', 'Your new token', openNewToken],
  ['applications', 'Your applications', openApplications],
];

/** As WebKit gets it; the sign-in host is not reached. */
async function openGoing(): Promise<void> {
  await page.route(`${site.login}/**`, route => route.fulfill({ status: 204 }));
  // It goes on once it is there, which may be later than that.
  const gone = page.waitForEvent('response', answer => answer.url().startsWith(site.login));
  await ours('start?to=%2F', { 'user-agent': TYPED_IN_WEBKIT['user-agent'] ?? '' })();
  await gone;
  await page.unroute(`${site.login}/**`);
}

/** A ticket that waits to be shown. */
async function issue(path: string) {
  const [signIn] = await site.test.sql<{ id: string }>('SELECT id FROM sign_ins WHERE ended_at IS NULL');
  return site.test.get(Tickets).issue({ signInId: signIn?.id ?? '', origin: site.wiki, browser: 'b', path });
}

/** Whose ticket comes back to a browser that has kept no cookie. */
async function openWithoutCookies(): Promise<void> {
  const issued = await issue('/');
  await page.context().clearCookies({ domain: 'wiki.example.com' });
  await ours(`enter?ticket=${issued.outcome === 'issued' ? issued.ticket : ''}`)();
}

async function openNotAllowed(): Promise<void> {
  await page.context().clearCookies({ domain: 'tools.example.net' });
  await page.goto(`${site.tools}/`);
  await page.waitForURL(`${site.login}/enter?**`);
}

async function openCircle(): Promise<void> {
  const at = `${site.login}/enter?at=${encodeURIComponent(site.wiki)}&to=%2Fcircle&browser=${'b'.repeat(43)}`;
  for (let round = 0; round < 5; round += 1) await issue('/circle');
  await page.goto(at);
}

async function openNewToken(): Promise<void> {
  await page.goto(`${site.login}/account/tokens`);
  await page.getByLabel('Name').fill('Phone');
  await page.click('text=Make the token');
  await page.waitForSelector('text=It is shown this once');
}

/** With two sign-ins, what was opened from each, and the token that was made before. */
async function openApplications(): Promise<void> {
  await inside(chromium, `${site.wiki}/`);
  await goInto(page, `${site.wiki}/`);
  await page.goto(`${site.login}/account/apps`);
  await page.getByRole('heading', { name: 'Phone' }).waitFor();
  expect(await page.getByRole('heading', { name: 'The wiki' }).count()).toBe(2);
}

describe.each(PAGES)('a page of the gate: %s', (name, title, open) => {
  beforeAll(async () => {
    await open();
    await page.waitForLoadState();
  });

  it('says what it is, in one heading of the first level', async () => {
    expect(await page.title()).toBe(`${title} · Gatehouse`);
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
    expect(await page.getByRole('main').count()).toBe(1);
  });

  it.each(Object.entries(SCREENS))(
    'fits the screen of a %s, and has links a thumb can hit',
    async (screen, size) => {
      await page.setViewportSize(size);
      const [needed, there] = await page
        .locator('html')
        .evaluate(html => [html.scrollWidth, html.clientWidth] as const);
      expect(needed).toBeLessThanOrEqual(there);
      const heights = await page
        .locator('.button')
        .evaluateAll(all => all.map(one => one.getBoundingClientRect().height));
      expect(heights.filter(height => height < 44)).toEqual([]);
      await picture(`${name}-${screen}`);
    },
  );

  it.each(['light', 'dark'] as const)('has nothing for axe to complain about in %s', async colorScheme => {
    await page.emulateMedia({ colorScheme });
    expect(await violations(page)).toEqual([]);
  });
});

/** `PICTURES=FOLDER` puts them there, to be looked at. */
async function picture(name: string): Promise<void> {
  const folder = process.env['PICTURES'];
  if (folder === undefined) return;
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `${folder}/${name.replaceAll(' ', '-')}-${colorScheme}.png` });
  }
}
