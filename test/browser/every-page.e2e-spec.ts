import type { Browser, Page } from 'playwright-core';
import { BuiltServer } from '../support/built-server.js';
import { openBrowser, openPage, watch, type Watch } from './open-browser.js';
import { heardOn, unheard } from './heard.js';
import { arrive } from './doing.js';
import { PAGES } from './pages.js';
import { violations } from './violations.js';

/** What a page may weigh with all its files, as it crosses the network. */
const MAX_BYTES = 40_000;

let browser: Browser;
let servers: Record<'development' | 'production', BuiltServer>;
/** Of each server a page for all of its pages, one after another: a new one is a new process, to which axe is new as well. */
let opened: Record<'development' | 'production', readonly [Page, Watch]>;

beforeAll(async () => {
  browser = await openBrowser();
  const [development, production] = await Promise.all([
    BuiltServer.start(),
    BuiltServer.start({ env: { NODE_ENV: 'production' } }),
  ]);
  servers = { development, production };
  opened = { development: await openWatched(development), production: await openWatched(production) };
});

afterAll(async () => {
  await browser.close();
  await Promise.all([servers.development.dispose(), servers.production.dispose()]);
});

describe.each(PAGES)('page: $name', ({ server, open, heard }) => {
  let page: Page;
  let seen: Watch;

  beforeAll(async () => {
    [page, seen] = opened[server];
    await forgetAll(page);
    seen.complaints.length = 0;
    await open(page, servers[server]);
    await page.waitForLoadState();
  });

  it('says what it is, and has the focus where people go on', async () => {
    expect(await heardOn(page)).toBe(heard.replace(/(?= \||$)/, ' · Gatehouse'));
  });

  it('can be used by the ears alone', async () => {
    expect(await unheard(page)).toEqual([]);
  });

  it('keeps its own content policy and asks no other host for anything', () => {
    expect(seen.complaints).toEqual([]);
    expect(servers[server].output).not.toContain('csp_violation');
  });

  it('keeps nothing in the browser, and no cookie that a script can read', async () => {
    const kept = `Promise.resolve(indexedDB.databases()).then(({ length }) =>
      [length, localStorage.length, sessionStorage.length, document.cookie])`;
    expect(await page.evaluate(kept)).toEqual([0, 0, 0, '']);
  });

  it('weighs less than 40 kB', async () => {
    const sizes = await Promise.all(seen.parts.map(part => part.sizes()));
    const bytes = sizes.reduce((sum, size) => sum + size.responseHeadersSize + size.responseBodySize, 0);
    expect(seen.parts.length).toBeGreaterThanOrEqual(3);
    expect(bytes).toBeLessThan(MAX_BYTES);
  });

  it('has one heading of the first level, a title and one main part', async () => {
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
    expect(await page.getByRole('main').count()).toBe(1);
    expect(await page.title()).toMatch(/^.+ · Gatehouse$/);
  });

  it.each([375, 320])('fits a screen of %i px without scrolling sideways', async width => {
    await page.setViewportSize({ width, height: 667 });
    const [needed, there] = await page
      .locator('html')
      .evaluate(html => [html.scrollWidth, html.clientWidth] as const);
    expect(needed).toBeLessThanOrEqual(there);
  });

  it('has buttons and fields that a thumb can hit', async () => {
    const heights = await page
      .locator('summary, button, .button, input:not([type=hidden], [type=checkbox], [hidden])')
      .filter({ visible: true })
      .evaluateAll(all => all.map(one => one.getBoundingClientRect().height));
    expect(heights.filter(height => height < 44)).toEqual([]);
  });

  it('moves nothing where the person asks for less motion', async () => {
    const moving = await page
      .locator('a, button, input')
      .evaluateAll(all =>
        all.filter(
          one => parseFloat(one.ownerDocument.defaultView.getComputedStyle(one).transitionDuration) > 0,
        ),
      );
    expect(moving).toEqual([]);
  });

  it('shows nothing on paper that can only be pressed or followed on a screen', async () => {
    const controls =
      'nav, button, .button, .choices a, .skip, a[href="/logout"], a[href="/account"], .hint a';
    await page.emulateMedia({ media: 'print' });
    const printed = await page.locator(controls).filter({ visible: true }).allInnerTexts();
    await page.emulateMedia({ media: 'screen' });
    expect(printed).toEqual([]);
    expect(await page.locator(controls).filter({ visible: true }).count()).toBeGreaterThan(0);
  });

  it.each(['light', 'dark'] as const)('has nothing for axe to complain about in %s', async colorScheme => {
    await page.emulateMedia({ colorScheme });
    expect(await violations(page)).toEqual([]);
  });
});

describe('the tabs of the account pages', () => {
  it.each(['light', 'dark'] as const)(
    'tell the current one where the system chooses the colours (%s)',
    async scheme => {
      const page = await openPage(browser, servers.development.url, {
        forcedColors: 'active',
        colorScheme: scheme,
      });
      await arrive(page);
      await page.goto('/account/devices');
      await page.mouse.move(0, 0);
      const lines = await page
        .getByRole('navigation', { name: 'Account' })
        .getByRole('link')
        .evaluateAll(all =>
          all.map(one => one.ownerDocument.defaultView.getComputedStyle(one).borderBottomColor),
        );
      const canvas = scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(0, 0, 0)';
      const [profile, devices, password, activity] = lines;
      expect([profile, password, activity]).toEqual([canvas, canvas, canvas]);
      expect(devices).not.toBe(canvas);
      await page.context().close();
    },
  );
});

async function openWatched({ url }: BuiltServer): Promise<readonly [Page, Watch]> {
  const page = await openPage(browser, url);
  return [page, await watch(page, url)];
}

/** Makes a page that of somebody who has not been here: none keeps anything but cookies, as each is asked. */
async function forgetAll(page: Page): Promise<void> {
  await page.unrouteAll();
  await page.context().clearCookies();
  await page.emulateMedia({ media: 'screen', colorScheme: 'light' });
  await page.setViewportSize({ width: 375, height: 667 });
}
