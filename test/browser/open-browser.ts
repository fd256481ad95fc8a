import { type Browser, type BrowserContextOptions, chromium, type Page, type Request } from 'playwright-core';
import { LIMIT, START_LIMIT } from './ask-until.js';

/** Chromium without the requests that it makes of its own accord. */
export const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
] as const;

/** A browser for many people. @param more what else it is started with. @param env what else stands in its environment. */
export function openBrowser(
  more: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Browser> {
  return chromium.launch({
    timeout: START_LIMIT,
    executablePath: process.env['CHROMIUM'] || '/usr/bin/chromium',
    args: [...QUIET, ...more],
    env: { ...process.env, ...env },
  });
}

/** A page in a browser nobody has used yet: no cookie, no cache. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ baseURL: url, reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(LIMIT);
  return context.newPage();
}

/** What the console says of a page that has made no mistake. */
const NO_MISTAKES = [
  // It came with a 422 or 404.
  'Failed to load resource',
  // Whoever fills it in was quicker than its first frame, with which the focus goes where it is to be.
  'Autofocus processing was blocked because a document already has a focused element.',
];

/** What a page did since {@link watch}. */
export interface Watch {
  /** Whatever the console says, errors of scripts, requests to other hosts: right is none. */
  readonly complaints: string[];
  /** What the page that is open now consists of: the document first, then its files. */
  readonly parts: readonly Request[];
}

/** Keeps an eye on a page of the site at `url`, from before it is opened. Nothing comes from the browser's cache. */
export async function watch(page: Page, url: string): Promise<Watch> {
  const complaints: string[] = [];
  const parts: Request[] = [];
  const session = await page.context().newCDPSession(page);
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  page.on('pageerror', error => complaints.push(error.message));
  page.on('console', message => {
    if (!NO_MISTAKES.some(words => message.text().startsWith(words))) complaints.push(message.text());
  });
  page.on('request', request => {
    if (request.isNavigationRequest()) parts.length = 0;
    else if (!request.url().startsWith(`${url}/`)) complaints.push(`asks for ${request.url()}`);
  });
  page.on('requestfinished', request => parts.push(request));
  return { complaints, parts };
}
