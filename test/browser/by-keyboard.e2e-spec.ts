import type { Browser, Page } from 'playwright-core';
import { codeOf, periodAt } from '../../src/crypto/one-time-code.js';
import { BuiltServer } from '../support/built-server.js';
import { anotherPerson } from './another-person.js';
import { openBrowser, openPage } from './open-browser.js';
import type { DEMO } from './doing.js';
import { secretIn } from './second-factor-acts.js';

/** More stops than any of the pages has. */
const MOST_TABS = 60;

/** What has the focus is called, and how it shows that. */
const FOCUSED = `(each => [each.getAttribute('aria-label') ?? each.innerText, getComputedStyle(each).outlineStyle])(
  document.activeElement)`;

let browser: Browser;
let server: BuiltServer;
let page: Page;
let person: typeof DEMO;
let people = 0;
beforeAll(async () => {
  [browser, server] = await Promise.all([openBrowser(), BuiltServer.start()]);
});
afterAll(async () => {
  await browser.close();
  await server.dispose();
});
beforeEach(async () => {
  person = await anotherPerson(server, `person${(people += 1)}`);
  page = await openPage(browser, server.url);
});
afterEach(() => page.context().close());

const path = () => new URL(page.url()).pathname;
const focused = () => page.locator(':focus');

/** Goes on with Tab until what has these words has the focus. @throws where Tab does not get there, or nothing shows the focus. */
async function tabTo(words: RegExp): Promise<void> {
  for (let stops = 0; stops < MOST_TABS; stops += 1) {
    await page.keyboard.press('Tab');
    if ((await focused().count()) === 0) continue;
    const [name, outline] = await page.evaluate<[string, string]>(FOCUSED);
    if (!words.test(name.trim())) continue;
    expect([name, outline]).not.toEqual([name, 'none']);
    return;
  }
  throw new Error(`Tab does not get to ${String(words)} on ${path()}.`);
}
/** Presses Enter, and waits for the next page. */
async function enter(): Promise<void> {
  const arrival = page.waitForEvent('load');
  await page.keyboard.press('Enter');
  await arrival;
}
const nameOfField = () => focused().evaluate(each => each.getAttribute('name'));

describe('with the keyboard alone', () => {
  it('a second factor is added and its recovery codes are saved; the next sign-in shows it', async () => {
    await page.goto('/login?return_to=%2Faccount%2Fsecurity');
    await typeNameAndPassword();
    await tabTo(/^Add an app$/);
    await enter();
    expect(await nameOfField()).toBe('code');
    const secret = secretIn(await page.locator('.secret').textContent());
    await page.keyboard.type(codeOf(secret, periodAt(Date.now())));
    await enter();
    expect(path()).toBe('/account/security/recovery-codes');
    await tabTo(/^I have saved them$/);
    await enter();
    expect(path()).toBe('/account/security');
    expect(await focused().getAttribute('role')).toBe('status');

    await page.goto('/logout');
    await page.goto('/login?return_to=%2Faccount%2Fsecurity');
    await typeNameAndPassword();
    expect([path(), await nameOfField()]).toEqual(['/login/second-step', 'code']);
    await page.keyboard.type('000000');
    await enter();
    expect([path(), await nameOfField()]).toEqual(['/login/second-step', 'code']);
    // Typed over what is wrong; of the period after the one that has been used.
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type(codeOf(secret, periodAt(Date.now()) + 1));
    await enter();
    expect(path()).toBe('/account/security');
  });

  it('a recovery code is shown in place of it', async () => {
    await page.goto('/login?return_to=%2Faccount%2Fsecurity%2Fauthenticator');
    await typeNameAndPassword();
    expect(await nameOfField()).toBe('code');
    const secret = secretIn(await page.locator('.secret').textContent());
    await page.keyboard.type(codeOf(secret, periodAt(Date.now())));
    await enter();
    const [code = ''] = await page.locator('.codes code').allTextContents();
    await tabTo(/^I have saved them$/);
    await enter();
    await page.context().clearCookies();
    await page.goto('/login');
    await typeNameAndPassword();
    await tabTo(/^Use a recovery code$/);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await nameOfField()).toBe('recovery_code');
    await page.keyboard.type(code);
    await enter();
    expect(path()).toBe('/welcome');
  });
});

async function typeNameAndPassword(): Promise<void> {
  expect(await nameOfField()).toBe('username');
  await page.keyboard.type(person.username);
  await page.keyboard.press('Tab');
  expect(await nameOfField()).toBe('password');
  await page.keyboard.type(person.password);
  await enter();
}
