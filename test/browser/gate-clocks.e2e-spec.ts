import type { Browser, Page } from 'playwright-core';
import { hours, minutes, seconds } from '../../src/kernel/durations.js';
import { GatedSite } from '../support/gated-site.js';
import { PASSWORD } from '../support/test-app.js';
import { Firefox } from './firefox.js';
import { goInto, HOSTS, inside, isInside, newBrowser, openGatedChromium } from './gated-chromium.js';
import { Tunnel } from './tunnel.js';
import { Webkit } from './webkit.js';
import { wrongClock } from './wrong-clock.js';

/** Longer than any session lasts: an end that is written as an instant would be over at once, or never. */
const CLOCKS = [
  ['ahead', hours(26)],
  ['behind', -hours(26)],
] as const;

/** How long a session lasts in any case. */
const LIFE = hours(24);

let site: GatedSite;
beforeAll(async () => {
  site = await GatedSite.start('nginx');
  // Right, as far as this machine's is.
  site.test.clock.pass(Date.now() - site.test.clock.now());
  await site.test.person('ada');
  await site.add();
  await site.add({ name: 'tools', label: 'Tools', origins: [site.tools] });
});
afterAll(() => site.close());

describe.each(CLOCKS)('in Chromium whose clock is a day and two hours %s', (_, by) => {
  let chromium: Browser;
  let page: Page;
  beforeAll(async () => {
    site.wikiApp.received.length = 0;
    chromium = await openGatedChromium(wrongClock(by));
    page = await inside(chromium, `${site.wiki}/deep?a=1`);
  });
  afterAll(() => chromium.close());

  const its = () => page.evaluate<number>('Date.now()');

  it('the clock is that wrong', async () => {
    expect(Math.abs((await its()) - Date.now() - by)).toBeLessThan(minutes(1));
  });

  it('a session in an application stays, and so does the sign-in, by which the next one is opened', async () => {
    await page.reload();
    await isInside(page, `${site.wiki}/deep?a=1`);
    await goInto(page, `${site.tools}/here`);
    await page.goto(`${site.login}/account/apps`);
    expect(await page.innerText('main')).toMatch(/The wiki[^]*Tools/);
    expect(site.wikiApp.received.filter(({ url }) => url === '/deep?a=1')).toHaveLength(2);
  });

  it('cookies last as long as what they open, by the browser’s own clock', async () => {
    const cookies = await page.context().cookies(site.wiki);
    const session = cookies.find(({ name }) => name === `__Host-gatehouse-app-${site.places.port}`);
    const left = seconds(session?.expires ?? 0) - (await its());
    expect(left).toBeGreaterThan(LIFE - minutes(10));
    expect(left).toBeLessThanOrEqual(LIFE);
  });

  it('the form that waits counts down as many seconds as the server said', async () => {
    const guest = await (await newBrowser(chromium)).newPage();
    await guest.goto(`${site.login}/login`);
    const button = guest.getByRole('main').locator('form[action="/login"] button:not([type])');
    while ((await guest.locator('[data-retry-in]').count()) === 0) {
      await guest.getByLabel('Username or e-mail').fill(`nobody-${by}`);
      await guest.getByLabel('Password', { exact: true }).fill('a wrong password');
      const answer = guest.waitForEvent('load');
      await button.click();
      await answer;
    }
    const said = Number(await guest.getByRole('alert').getAttribute('data-retry-in'));
    const [, shownMinutes, shownSeconds] = /\((\d+):(\d\d)\)/.exec(await button.innerText()) ?? [];
    const shown = Number(shownMinutes) * 60 + Number(shownSeconds);
    expect(shown).toBeLessThanOrEqual(said);
    expect(shown).toBeGreaterThan(said - 30);
    await guest.context().close();
  });
});

describe.each(CLOCKS)('in Firefox whose clock is a day and two hours %s', (_, by) => {
  let firefox: Firefox;
  beforeAll(async () => {
    firefox = await Firefox.start(HOSTS, wrongClock(by));
  });
  afterAll(() => firefox.stop());

  it('a session in an application stays, and so does the sign-in, by which the next one is opened', async () => {
    await firefox.open(`${site.wiki}/deep?a=1`);
    expect(Math.abs(Number(await firefox.run('return Date.now();')) - Date.now() - by)).toBeLessThan(
      minutes(1),
    );
    await firefox.untilPath(`${site.login}/login`);
    await firefox.run(`
      document.querySelector('#username').value = 'ada';
      document.querySelector('#password').value = ${JSON.stringify(PASSWORD)};
      document.querySelector('#password').form.requestSubmit();`);
    await firefox.until(`${site.wiki}/deep?a=1`);
    await firefox.open(`${site.wiki}/more`);
    expect(await firefox.url()).toBe(`${site.wiki}/more`);
    await firefox.open(`${site.tools}/here`);
    await firefox.until(`${site.tools}/here`);
    expect(site.toolsApp.last?.headers['remote-user']).toBe('ada');
  });
});

describe.each(CLOCKS)('in WebKitGTK whose clock is a day and two hours %s', (_, by) => {
  let tunnel: Tunnel;
  let webkit: Webkit;
  beforeAll(async () => {
    tunnel = await Tunnel.open();
    webkit = await Webkit.start(tunnel.place, [], wrongClock(by));
  });
  afterAll(async () => {
    await webkit.stop();
    tunnel.close();
  });

  it('a session in an application stays, and so does the sign-in, by which the next one is opened', async () => {
    await webkit.open(`${site.wiki}/deep?a=1`);
    await webkit.untilPath(`${site.login}/login`);
    expect(Math.abs(Number(await webkit.run('return Date.now();')) - Date.now() - by)).toBeLessThan(
      minutes(1),
    );
    await webkit.type('#username', 'ada');
    await webkit.type('#password', PASSWORD);
    await webkit.press('main form[action="/login"] button:not([type])');
    await webkit.untilPath(`${site.wiki}/deep`);
    await webkit.open(`${site.wiki}/more`);
    expect(await webkit.url()).toBe(`${site.wiki}/more`);
    const next = site.toolsApp.next('/here');
    await webkit.open(`${site.tools}/here`);
    await next;
    expect(site.toolsApp.last?.headers['remote-user']).toBe('ada');
  });
});
