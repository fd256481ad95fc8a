import type { Browser, Page } from 'playwright-core';
import { BuiltServer } from '../support/built-server.js';
import { openBrowser, openPage } from './open-browser.js';
import { arrive, DEMO, followForeignLink, guess, press, REFUSED, signIn, signOut } from './doing.js';

let browser: Browser;
let server: BuiltServer;
let page: Page;

beforeAll(async () => {
  [browser, server] = await Promise.all([openBrowser(), BuiltServer.start()]);
});

afterAll(async () => {
  await browser.close();
  await server.dispose();
});

afterEach(() => page.context().close());

describe('signing in and out', () => {
  beforeEach(async () => {
    page = await openPage(browser, server.url);
  });

  it('lasts over a restart of the server, until somebody signs out', async () => {
    await page.goto('/');
    await signIn(page);
    await expectWelcome();
    await server.restart();
    await page.reload();
    await expectWelcome();
    await signOut(page);
    await page.waitForURL('/');
    await page.goto('/welcome');
    expect(page.url()).toBe(`${server.url}/login?return_to=%2Fwelcome`);
  });

  it('keeps the name after a wrong password, says one sentence and puts the cursor where it is needed', async () => {
    await page.goto('/login');
    await signIn(page, { ...DEMO, password: 'wrong' });
    expect(await page.getByRole('alert').innerText()).toBe(REFUSED);
    expect(await page.title()).toBe('Error: Sign in · Gatehouse');
    expect(await page.getByLabel('Username or e-mail').inputValue()).toBe(DEMO.username);
    expect(await page.getByLabel('Password', { exact: true }).inputValue()).toBe('');
    expect(await focusedId()).toBe('password');
    await page.keyboard.type(DEMO.password);
    await page.keyboard.press('Enter');
    await expectWelcome();
  });

  it('keeps the wish to stay signed in after a wrong password', async () => {
    await page.goto('/login');
    await page.getByLabel('Keep me signed in').check();
    await signIn(page, { ...DEMO, password: 'wrong' });
    expect(await page.getByLabel('Keep me signed in').isChecked()).toBe(true);
  });

  it('goes on to the page somebody asked for, also after a wrong password', async () => {
    await page.goto('/welcome?from=a-link');
    await signIn(page, { ...DEMO, password: 'wrong' });
    await signIn(page);
    await page.waitForURL('/welcome?from=a-link');
  });

  it('leaves nothing of the welcome page behind the Back button', async () => {
    await arrive(page);
    await signOut(page);
    await page.waitForURL('/');
    await page.goBack();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Sign in');
  });

  it('ends by the link on the welcome page too', async () => {
    await arrive(page);
    await press(page.getByRole('main').getByRole('link', { name: 'Sign out' }));
    await page.waitForURL('/');
  });

  it('asks first where another site links to the sign-out', async () => {
    await arrive(page);
    await followForeignLink(page);
    await press(page.getByRole('link', { name: 'Stay signed in' }));
    await expectWelcome();
    await followForeignLink(page);
    await press(page.getByRole('main').getByRole('button', { name: 'Sign out' }));
    await page.waitForURL('/');
    expect(await page.getByRole('banner').getByRole('button').count()).toBe(0);
  });

  it('shows the password and hides it again at the press of a button', async () => {
    await page.goto('/login');
    const field = page.getByLabel('Password', { exact: true });
    await field.fill('let me see');
    expect(await field.getAttribute('type')).toBe('password');
    await page.getByRole('button', { name: 'Show “Password”', pressed: false }).click();
    expect(await field.getAttribute('type')).toBe('text');
    await page.getByRole('button', { name: 'Show “Password”', pressed: true }).click();
    expect(await field.getAttribute('type')).toBe('password');
  });

  it('tells the exact time beside a relative one, in English and in the time zone of whoever reads', async () => {
    await page.context().close();
    page = await openPage(browser, server.url, { locale: 'ar-EG', timezoneId: 'Asia/Kolkata' });
    await arrive(page);
    const time = page.locator('time', { hasText: 'just now' }).last();
    expect(await time.innerText()).toMatch(/^just now \d{1,2} \w{3,4} \d{4}, \d\d:\d\d GMT\+5:30$/);
  });

  it('counts down the time until a form may come again, and opens its button then', async () => {
    await page.clock.install();
    await guess(page);
    const button = page.getByRole('main').getByRole('button', { name: /^Sign in( \(|$)/ });
    expect(await button.isDisabled()).toBe(true);
    expect(await button.innerText()).toMatch(/^Sign in \(\d+:\d\d\)$/);
    const seconds = Number(await page.getByRole('alert').getAttribute('data-retry-in'));
    await page.clock.runFor(1000 * (seconds + 2));
    expect(await button.innerText()).toBe('Sign in');
    expect(await button.isEnabled()).toBe(true);
    expect(await page.getByRole('alert').innerText()).toBe('You can try again now.');
  });

  it('lets another name be tried at once', async () => {
    await guess(page);
    expect(
      await page
        .getByRole('main')
        .getByRole('button', { name: /^Sign in( \(|$)/ })
        .isDisabled(),
    ).toBe(true);
    await page.getByLabel('Username or e-mail').fill(DEMO.username);
    await signIn(page);
    await expectWelcome();
  });

  it('closes the menu of the masthead with Escape, and with a click beside it', async () => {
    await arrive(page);
    const [menu, summary] = [page.locator('details.menu'), page.locator('details.menu > summary')];
    const isOpen = () => menu.evaluate((one: { readonly open?: boolean }) => one.open);
    await summary.click();
    expect(await isOpen()).toBe(true);
    const heights = await menu
      .locator('summary, a, button')
      .evaluateAll(all => all.map(one => one.getBoundingClientRect().height));
    expect(heights.filter(height => height < 44)).toEqual([]);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Escape');
    expect(await isOpen()).toBe(false);
    expect(await page.locator(':focus').innerText()).toContain(DEMO.username);
    await summary.click();
    await page.getByRole('heading', { level: 1 }).click();
    expect(await isOpen()).toBe(false);
  });
});

describe('signing in and out with the keyboard alone', () => {
  beforeEach(async () => {
    page = await openPage(browser, server.url);
  });

  it('needs no pointer, and shows where the focus is all the way', async () => {
    await page.goto('/');
    expect(await focusedId()).toBe('username');
    await page.keyboard.type(DEMO.username);
    await tap('Tab');
    await page.keyboard.type(DEMO.password);
    await tap('Tab');
    await tap('Tab');
    await page.keyboard.press('Space');
    expect(await page.getByLabel('Keep me signed in').isChecked()).toBe(true);
    await tap('Tab');
    await page.keyboard.press('Enter');
    await expectWelcome();
    await tap('Tab');
    expect(await page.locator(':focus').innerText()).toBe('Skip to the content');
    expect((await page.locator(':focus').boundingBox())?.y).toBeGreaterThan(0);
    await tap('Tab');
    await tap('Tab');
    expect(await page.locator(':focus').innerText()).toContain(DEMO.username);
    await page.keyboard.press('Enter');
    for (const item of ['Profile', 'Devices', 'Security', 'Password', 'Activity', 'Sign out']) {
      await tap('Tab');
      expect(await page.locator(':focus').innerText()).toBe(item);
    }
    await page.keyboard.press('Enter');
    await page.waitForURL('/');
  });

  it('skips the masthead', async () => {
    await arrive(page);
    await tap('Tab');
    await page.keyboard.press('Enter');
    await page.locator('#content:focus').waitFor();
    await tap('Tab');
    expect(await page.locator('main :focus').count()).toBe(1);
  });
});

describe('signing in and out without JavaScript', () => {
  beforeEach(async () => {
    page = await openPage(browser, server.url, { javaScriptEnabled: false });
  });

  it('works the same, and offers nothing that would not work', async () => {
    await page.goto('/');
    expect(await page.getByRole('button').allInnerTexts()).toEqual(['Sign in']);
    await signIn(page, { ...DEMO, password: 'wrong' });
    expect(await page.getByRole('alert').innerText()).toBe(REFUSED);
    await page.getByLabel('Keep me signed in').check();
    await signIn(page);
    await expectWelcome();
    expect(await page.locator('time', { hasText: 'just now' }).last().innerText()).toMatch(/ UTC$/);
    await signOut(page);
    await page.waitForURL('/');
  });
});

async function expectWelcome(): Promise<void> {
  await page.waitForURL('/welcome');
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(`Welcome, ${DEMO.username}`);
}

/** Presses a key that moves the focus, and looks whether it can be seen where it went. */
async function tap(key: string): Promise<void> {
  await page.keyboard.press(key);
  const outline = await page.locator(':focus').evaluate(element => {
    const { outlineStyle, outlineWidth } = element.ownerDocument.defaultView.getComputedStyle(element);
    return { outlineStyle, width: parseFloat(outlineWidth) };
  });
  expect(outline.outlineStyle).toBe('solid');
  expect(outline.width).toBeGreaterThanOrEqual(2);
}

const focusedId = () => page.locator(':focus').getAttribute('id');
