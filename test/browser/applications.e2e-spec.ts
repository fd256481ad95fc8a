import type { Browser, Page } from 'playwright-core';
import { hours } from '../../src/kernel/durations.js';
import { GatedSite } from '../support/gated-site.js';
import { press } from './doing.js';
import { goInto, goTo, inside, isInside, newBrowser, openGatedChromium, signInTo } from './gated-chromium.js';

let site: GatedSite;
let chromium: Browser;
beforeAll(async () => {
  [chromium, site] = await Promise.all([openGatedChromium(), GatedSite.start('nginx')]);
  await site.test.person('ada');
  await site.test.person('bob');
  await site.add();
  await site.add({ name: 'tools', label: 'Tools', origins: [site.tools] });
  await site.test.putInto('staff', await site.test.person('dora'));
});
afterAll(async () => {
  await chromium.close();
  await site.close();
});
afterEach(() => Promise.all(chromium.contexts().map(context => context.close())));

const whoIsIn = async (page: Page) =>
  (JSON.parse(await page.innerText('body')) as { headers: Record<string, string> }).headers['remote-user'];

async function signOutAt(page: Page): Promise<void> {
  await page.goto(`${site.login}/account`);
  await page.click('header summary');
  await press(page.locator('header form[action="/logout"] button'));
}

describe('applications, in Chromium', () => {
  it('are entered by one sign-in: the next one asks for none', async () => {
    const page = await inside(chromium, `${site.wiki}/`);
    await goInto(page, `${site.tools}/here?a=1`);
    expect(await whoIsIn(page)).toBe('ada');
  });

  it('are all there in several tabs that open at once, as when a browser starts again', async () => {
    const page = await inside(chromium, `${site.wiki}/`);
    await page.context().clearCookies({ domain: 'wiki.example.com' });
    const tabs = await Promise.all(Array.from({ length: 8 }, () => page.context().newPage()));
    await Promise.all(tabs.map((tab, n) => goTo(tab, `${site.wiki}/tab${n}`)));
    for (const [n, tab] of tabs.entries()) await isInside(tab, `${site.wiki}/tab${n}`);
  });

  it('are listed for their person, and one of them is ended there', async () => {
    const page = await inside(chromium, `${site.tools}/`);
    await page.goto(`${site.login}/account/apps`);
    expect(await page.innerText('main')).toContain('Tools');
  });

  it('refuse whoever may not enter: a page with person, application and whom to ask, and no way round', async () => {
    await site.change('tools', { everybody: false, groups: ['staff'] });
    const page = await inside(chromium, `${site.wiki}/`);
    await page.goto(`${site.tools}/`);
    await page.waitForURL(`${site.login}/enter?**`);
    expect(await page.innerText('main')).toMatch(
      /signed in as ada\. This account may not open Tools\.\s+If you think it should, ask the people who run/,
    );
    await page.reload();
    expect(await page.innerText('main')).toContain('This account may not open Tools');
    await site.change('tools', { everybody: true, includingRegistered: true, groups: [] });
  });

  it('refuse whoever may enter no more, on that very page, and let out', async () => {
    const page = await inside(chromium, `${site.wiki}/`);
    await site.change('wiki', { everybody: false, groups: ['staff'] });
    // The change has ended the session that it has made worthless; whoever has just lost a group still has theirs.
    await page.goto(`${site.wiki}/`);
    await page.waitForURL(`${site.login}/enter?**`);
    expect(await page.innerText('main')).toContain('This account may not open The wiki');
    await site.change('wiki', { everybody: true, includingRegistered: true, groups: [] });
  });

  it('end one by one at their own address, where it is asked whether all should', async () => {
    const page = await inside(chromium, `${site.wiki}/`);
    await goInto(page, `${site.tools}/`);
    await page.goto(`${site.wiki}/.gatehouse/sign-out`);
    expect(page.url()).toBe(`${site.login}/logout?ask=wiki`);
    expect(await page.innerText('h1')).toMatch(/^Sign out/);
    expect((await page.context().cookies(site.wiki)).map(({ name }) => name)).not.toContain(
      `__Host-gatehouse-app-${site.places.port}`,
    );
    await page.goto(`${site.tools}/`);
    expect(await whoIsIn(page)).toBe('ada');
  });

  it('end all at once, and somebody else who signs in has nothing of the one before', async () => {
    const page = await inside(chromium, `${site.wiki}/`);
    await goInto(page, `${site.tools}/`);
    await signOutAt(page);
    for (const address of [`${site.wiki}/`, `${site.tools}/`]) {
      await page.goto(address);
      await page.waitForURL(/\/login\?/);
    }
    await signInTo(page, `${site.tools}/`, 'bob');
    expect(await whoIsIn(page)).toBe('bob');
    await goInto(page, `${site.wiki}/`);
    expect(await whoIsIn(page)).toBe('bob');
  });

  it('know somebody else who signs in by a form that stood open in another tab', async () => {
    const context = await newBrowser(chromium);
    const [first, second] = [await context.newPage(), await context.newPage()];
    await Promise.all([first.goto(`${site.wiki}/first`), second.goto(`${site.wiki}/second`)]);
    await signInTo(first, `${site.wiki}/first`, 'ada');
    await signInTo(second, `${site.wiki}/second`, 'bob');
    expect(await whoIsIn(second)).toBe('bob');
    await first.reload();
    expect(await whoIsIn(first)).toBe('bob');
  });

  it.each([
    ['a day ahead', hours(24)],
    ['a day behind', -hours(48)],
  ])('are entered where the clock of the machine is %s', async (_, by) => {
    site.test.clock.pass(by);
    const page = await inside(chromium, `${site.wiki}/late`);
    await page.reload();
    expect([page.url(), await whoIsIn(page)]).toEqual([`${site.wiki}/late`, 'ada']);
  });
});
