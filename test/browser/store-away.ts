import type { Browser, Page } from 'playwright-core';
import { GatedSite } from '../support/gated-site.js';
import { PASSWORD } from '../support/test-app.js';
import { askUntil } from './ask-until.js';
import { inside, isInside, newBrowser, openGatedChromium, signInTo } from './gated-chromium.js';
import { giveItPages } from './small-application.js';

/** A store that can be taken away and brought back. */
export interface MovableStore {
  /** What tells the server of it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly takeAway: (site: GatedSite) => Promise<unknown>;
  readonly bringBack: (site: GatedSite) => Promise<unknown>;
  /** Ends it for good. */
  readonly stop: () => Promise<unknown>;
}

/** What stands in one of these suites' titles. */
export interface Surroundings {
  readonly kind: 'nginx' | 'caddy';
  readonly store: string;
  /** What somebody sees who comes without a session, and is not at the sign-in yet. */
  readonly comes: string;
}

/** Describes what somebody in Chromium meets while a store is away, and after it. */
export function whileAway({ kind, store, comes }: Surroundings, start: () => Promise<MovableStore>): void {
  describe(`while the ${store} is away, in Chromium, behind ${kind}`, () => {
    let chromium: Browser;
    let away: MovableStore;
    let site: GatedSite;
    let page: Page;
    beforeAll(async () => {
      [chromium, away] = await Promise.all([openGatedChromium(), start()]);
      site = await GatedSite.start(kind, away.environment);
      await site.test.person('ada');
      await site.add();
      giveItPages(site.wikiApp);
      page = await inside(chromium, `${site.wiki}/form`);
    });
    afterAll(async () => {
      await site.close();
      await Promise.all([away.stop(), chromium.close()]);
    });
    /** Does something while the store is away, of which the application gets nothing and no cookie is touched. */
    async function meanwhile(work: () => Promise<void>): Promise<void> {
      site.wikiApp.received.length = 0;
      const kept = await page.context().cookies();
      await away.takeAway(site);
      try {
        await work();
      } finally {
        await away.bringBack(site);
      }
      expect(site.wikiApp.received).toEqual([]);
      expect(await page.context().cookies()).toEqual(kept);
      // Its client comes back by itself, a moment later.
      await askUntil(
        async () => (await site.test.visitor().get('/health/ready')).status === 200,
        () => 'It is not ready again.',
      );
    }

    const another = async (): Promise<Page> => (await newBrowser(chromium)).newPage();
    const saved = () => site.wikiApp.received.filter(({ url }) => url === '/save').map(({ body }) => body);

    it('a page says so and when to try again, and is there by Reload once the store is', async () => {
      const address = `${site.wiki}/deep?a=1&b=%2F`;
      await meanwhile(async () => {
        const answer = await page.goto(address);
        expect([answer?.status(), answer?.headers()['retry-after']]).toEqual([503, '5']);
        expect(await page.title()).toBe('Back in a moment · Gatehouse');
        expect(await page.innerText('main')).toContain('If you were signed in, you still are.');
        expect(page.url()).toBe(address);
      });
      await page.reload();
      await isInside(page, address);
      expect(await page.innerText('body')).toContain('"remote-user":"ada"');
    });

    it('a form is not sent, says so, and is sent from the page before it once the store is back', async () => {
      await page.goto(`${site.wiki}/form`);
      await page.fill('textarea', 'precious');
      await meanwhile(async () => {
        await page.click('button');
        await page.waitForURL(`${site.wiki}/save`);
        expect(await page.innerText('h1')).toBe('This was not sent');
        expect(await page.innerText('main')).toContain(
          'nothing was sent. What you typed is still in the page',
        );
      });
      await page.goBack();
      expect(await page.inputValue('textarea')).toBe('precious');
      await page.click('button');
      await isInside(page, `${site.wiki}/save`);
      expect(saved()).toEqual(['text=precious']);
    });

    it('a script is told when to try again, and not to sign in; it can go on in the same page', async () => {
      await page.goto(`${site.wiki}/form`);
      const ask = (method: string) =>
        page.evaluate<[number, string | null, string | null]>(
          `fetch('/api', { method: '${method}' }).then(({ status, headers }) =>
          [status, headers.get('retry-after'), headers.get('gatehouse-sign-in')])`,
        );
      await meanwhile(async () => {
        for (const method of ['GET', 'POST', 'DELETE']) expect(await ask(method)).toEqual([503, '5', null]);
      });
      expect(await ask('POST')).toEqual([200, null, null]);
    });

    it('a frame says so, where the browser would else show that it could not connect', async () => {
      await page.goto(`${site.wiki}/framing`);
      await meanwhile(async () => {
        await page.evaluate("document.querySelector('iframe').src = '/part?again'");
        await page.frameLocator('iframe').getByText('Back in a moment').waitFor();
      });
    });

    it('who comes without a session is led to sign in, if need be by Reload once the store is back', async () => {
      const somebody = await another();
      await meanwhile(async () => {
        await somebody.goto(`${site.wiki}/deep?a=1`);
        expect(await somebody.innerText('h1')).toBe(comes);
      });
      await somebody.reload();
      await signInTo(somebody, `${site.wiki}/deep?a=1`);
      await somebody.context().close();
    });

    it('a sign-in on the way is not done, and leads to that page once it is sent again', async () => {
      const somebody = await another();
      await somebody.goto(`${site.wiki}/deep?a=1`);
      await meanwhile(async () => {
        await send(somebody);
        await somebody.waitForSelector('text=Back in a moment');
        expect(somebody.url()).toBe(`${site.login}/login`);
      });
      await somebody.getByRole('link', { name: 'Try again' }).click();
      await signInTo(somebody, `${site.wiki}/deep?a=1`);
      await somebody.context().close();
    });

    it('who has signed in and comes to the application only now enters it by Reload', async () => {
      const somebody = await another();
      await somebody.goto(`${site.wiki}/deep?a=1`);
      let ticket = '';
      // Answered with nothing, they stay where they are: a page that says that it failed would still be on its way, and in that of
      // the next.
      await somebody.route(/\.gatehouse\/enter/, route => {
        ticket = route.request().url();
        return route.fulfill({ status: 204 });
      });
      const shown = somebody.waitForEvent('response', answer => answer.url().includes('.gatehouse/enter'));
      await send(somebody);
      await shown;
      await somebody.unroute(/\.gatehouse\/enter/);
      await meanwhile(async () => {
        await somebody.goto(ticket);
        expect(await somebody.title()).toBe('Back in a moment · Gatehouse');
      });
      await somebody.reload();
      await isInside(somebody, `${site.wiki}/deep?a=1`);
      await somebody.context().close();
    });

    it('who is signed in already comes to one more address by Reload', async () => {
      const way = `${site.login}/enter?at=${encodeURIComponent(site.wiki)}&to=%2Fmore&browser=${'b'.repeat(43)}`;
      await meanwhile(async () => {
        await page.goto(way);
        expect(await page.innerText('h1')).toBe('Back in a moment');
        expect(page.url()).toBe(way);
      });
      await page.getByRole('link', { name: 'Try again' }).click();
      await isInside(page, `${site.wiki}/more`);
    });
  });
}

async function send(page: Page): Promise<void> {
  await page.getByLabel('Username or e-mail').fill('ada');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
}
