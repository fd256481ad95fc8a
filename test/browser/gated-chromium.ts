import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { MOST_TRIES } from '../support/come-again.js';
import type { GatedSite } from '../support/gated-site.js';
import { PASSWORD } from '../support/test-app.js';
import { LIMIT } from './ask-until.js';
import { until } from './doing.js';
import { openBrowser } from './open-browser.js';

/** The names of `deploy/forward-auth/`. */
export const HOSTS = ['login.example.com', 'wiki.example.com', 'tools.example.net'] as const;

/** Finds those names on this machine. Workers are run only where no certificate is looked at. */
export const GATED = [
  `--host-resolver-rules=${HOSTS.map(host => `MAP ${host} 127.0.0.1`).join(', ')}`,
  '--ignore-certificate-errors',
] as const;

/** @param env what else stands in its environment. */
export const openGatedChromium = (env: Readonly<Record<string, string>> = {}): Promise<Browser> =>
  openBrowser(GATED, env);

/** Somebody's own browser, which takes any certificate. */
export async function newBrowser(
  chromium: Browser,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const context = await chromium.newContext({ ignoreHTTPSErrors: true, reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(LIMIT);
  return context;
}

/**
 * Fills in the sign-in form that is open, and waits for the page that it was on the way to. Who is told to come again does: a
 * busy machine turns some away.
 */
export async function signInTo(page: Page, address: string, username = 'ada'): Promise<void> {
  for (let tries = 1; (await sendForm(page, username)) === 503 && tries < MOST_TRIES; tries += 1)
    await page.getByRole('link', { name: 'Try again' }).click();
  await isInside(page, address);
}

/** @returns with which status it is answered. */
async function sendForm(page: Page, username: string): Promise<number> {
  await page.getByLabel('Username or e-mail').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  // Together, or where one fails nobody hears the other of the two.
  const [answer] = await Promise.all([
    page.waitForResponse(one => one.request().method() === 'POST'),
    page.keyboard.press('Enter'),
  ]);
  return answer.status();
}

/** Goes to a page, and on from each page of ours that goes on by itself, until it is the application's. */
export async function goInto(page: Page, address: string): Promise<void> {
  await goTo(page, address);
  await isInside(page, address);
}

/** Goes to a page, and again as long as whoever does is told to come again: a busy machine turns some away. */
export async function goTo(page: Page, address: string): Promise<void> {
  for (let tries = 1; (await page.goto(address))?.status() === 503 && tries < MOST_TRIES; tries += 1);
}

/** Waits until a page is the application's, and no page of ours at its address. @throws with where it is instead */
export async function isInside(page: Page, address: string): Promise<void> {
  await page.waitForURL(address).catch(async (error: unknown) => {
    throw new Error(`It is at ${page.url()}, “${await page.title()}”, not at ${address}.`, { cause: error });
  });
  await until(page, "document.readyState === 'complete' && !document.title.endsWith(' · Gatehouse')");
}

/** Somebody who has just signed in on the way to a page, in a browser of their own. */
export async function inside(
  chromium: Browser,
  address: string,
  username = 'ada',
  options: BrowserContextOptions = {},
): Promise<Page> {
  const page = await (await newBrowser(chromium, options)).newPage();
  await goTo(page, address);
  await signInTo(page, address, username);
  return page;
}

/** Takes the session in an application out of a browser, as its end does. */
export const loseSession = (page: Page, hostname = 'wiki.example.com'): Promise<void> =>
  page.context().clearCookies({ domain: hostname });

/** Ends every sign-in there is, as clocks and operators do: the browser keeps its cookies. */
export async function endSignIns(site: GatedSite): Promise<void> {
  await site.test.sql('UPDATE sign_ins SET ended_at = 1');
}
