import type { Locator, Page } from 'playwright-core';
import { askUntil } from './ask-until.js';

/** The demo account of a fresh server in development. */
export const DEMO = { username: 'user1', password: 'mypassword' };

/** What the form says to a wrong name and a wrong password alike. */
export const REFUSED = 'Invalid username or password';

/** Presses a button or follows a link, and waits until the next page is there. */
export async function press(control: Locator): Promise<void> {
  // Together, or where the click fails nobody hears the other of the two.
  await Promise.all([control.page().waitForEvent('load'), control.click()]);
}

/**
 * Waits until an expression is true in the page that is open, whichever that is by then. Playwright's `waitForFunction` makes a
 * function of it within the page, which our pages' policy forbids.
 */
export async function until(page: Page, expression: string): Promise<void> {
  await askUntil(
    async () => (await page.evaluate(expression).catch(() => false)) === true,
    () => `Not so at ${page.url()}: ${expression}`,
  );
}

/** Fills in the login form of the page that is open and sends it. */
export async function signIn(page: Page, { username, password } = DEMO): Promise<void> {
  await page.getByLabel('Username or e-mail').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await press(page.getByRole('main').getByRole('button', { name: 'Sign in', exact: true }));
}

/** Somebody whom nobody knows, and who guesses. */
const EVE = { username: 'eve', password: 'wrong' };

/**
 * Guesses until the page that is open says how long to wait. The first wait is of half a minute, some of which is over before
 * that page is there, and on a busy machine all of it: the next is twice as long.
 */
export async function guess(page: Page): Promise<void> {
  await page.goto('/login');
  do await signIn(page, EVE);
  while ((await page.locator('[data-retry-in]').count()) === 0);
}

/** Opens the login page and signs in. */
export async function arrive(page: Page): Promise<void> {
  await page.goto('/login');
  await signIn(page);
}

/** Opens the menu in the masthead of every signed-in page, and presses its button. */
export async function signOut(page: Page): Promise<void> {
  await page.getByRole('banner').locator('summary').click();
  await press(page.getByRole('banner').getByRole('button', { name: 'Sign out' }));
}

/** Comes to the sign-out page over a link on another site. */
export async function followForeignLink(page: Page): Promise<void> {
  await page.goto('/');
  const here = new URL('/logout', page.url()).href;
  await page.route('http://elsewhere.test/', route =>
    route.fulfill({ contentType: 'text/html', body: `<title>Elsewhere</title><a href="${here}">Bye</a>` }),
  );
  await page.goto('http://elsewhere.test/');
  await press(page.getByRole('link'));
}

/** Opens an address. */
export async function open(page: Page, address: string): Promise<void> {
  await page.goto(address);
}

/** The same as somebody who is signed in. */
export async function openSignedIn(page: Page, address: string): Promise<void> {
  await arrive(page);
  await page.goto(address);
}
