import type { Page } from 'playwright-core';
import { GatedSite } from '../support/gated-site.js';
import { enrol } from '../support/second-factor.js';
import { PASSWORD } from '../support/test-app.js';
import { until } from './doing.js';
import { PickyChromium } from './picky-chromium.js';

let site: GatedSite;
beforeAll(async () => {
  site = await GatedSite.start('nginx');
  await site.test.person('ada');
  await site.test.person('bea');
  await enrol(site.test, await site.test.signedIn('bea'));
  await site.add();
});
afterAll(() => site.close());

const KEPT_NONE = 'your browser did not keep the cookie that says so. Allow cookies for this site';

async function send(page: Page, username: string): Promise<void> {
  await page.getByLabel('Username or e-mail').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await press(page, page.getByRole('main').getByRole('button', { name: 'Sign in', exact: true }));
}

/** Presses something, and waits until somebody is where that leads: pages that go on by themselves are gone on from. */
async function press(page: Page, control: ReturnType<Page['locator']>): Promise<void> {
  await page.evaluate("document.documentElement.dataset.left = ''");
  await control.click();
  await until(
    page,
    "document.readyState === 'complete' && !('left' in document.documentElement.dataset) && !document.title.startsWith('Going on')",
  );
}

const names = async (page: Page, of: string) => (await page.context().cookies(of)).map(({ name }) => name);

describe('in Chromium that keeps no cookies', () => {
  describe('of the application’s host', () => {
    let chromium: PickyChromium;
    beforeAll(async () => {
      chromium = await PickyChromium.open(['https://wiki.example.com']);
    });
    afterAll(() => chromium.close());

    it('a page says so, and after five times another one that it is a circle, and what was seen', async () => {
      const page = await chromium.context.newPage();
      await page.goto(`${site.wiki}/`);
      await send(page, 'ada');
      for (let round = 0; round < 5; round += 1) {
        expect(await page.innerText('main')).toContain('kept no cookie of this site on the way here');
        await press(page, page.locator('a.button'));
      }
      expect(await page.innerText('h1')).toBe('This goes round in a circle');
      expect(await page.innerText('main')).toContain('The browser sent no cookie of that site');
      expect(await names(page, site.wiki)).toEqual([]);
      expect(site.wikiApp.received).toEqual([]);
    });
  });

  describe.each([
    ['of the sign-in host', ['https://login.example.com']],
    ['of any', null],
  ])('%s', (_, sites) => {
    let chromium: PickyChromium;
    beforeAll(async () => {
      chromium = await PickyChromium.open(sites);
    });
    afterAll(() => chromium.close());

    it.each(['ada', 'bea'])(
      'the sign-in form says so each time, without going on by itself, and stays on its way: %s',
      async username => {
        const page = await chromium.context.newPage();
        await page.goto(`${site.wiki}/deep?a=1`);
        for (let round = 0; round < 3; round += 1) {
          await send(page, username);
          expect(await page.innerText('main')).toContain(KEPT_NONE);
          const { pathname, searchParams } = new URL(page.url());
          expect([pathname, searchParams.get('return_to')]).toEqual([
            '/login',
            expect.stringContaining('&to=%2Fdeep%3Fa%3D1&'),
          ]);
        }
        expect(await names(page, site.login)).toEqual([]);
        expect(site.wikiApp.received).toEqual([]);
      },
    );
  });
});
