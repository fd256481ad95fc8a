import { type Browser, type BrowserContextOptions, chromium, type Page, type Request } from 'playwright-core';

/** Chromium without the requests it makes of its own accord. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] || '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A page in a browser nobody has used yet: no cookie, no cache. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ baseURL: url, reducedMotion: 'reduce', ...options });
  return context.newPage();
}

/** What a page did since {@link watch}. */
export interface Watch {
  /** Whatever the console says, errors of scripts, requests to other hosts: right is none. */
  readonly complaints: readonly string[];
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
    // That a page comes with a 422 or 404 is no mistake of the page.
    if (!message.text().startsWith('Failed to load resource')) complaints.push(message.text());
  });
  page.on('request', request => {
    if (request.isNavigationRequest()) parts.length = 0;
    else if (!request.url().startsWith(`${url}/`)) complaints.push(`asks for ${request.url()}`);
  });
  page.on('requestfinished', request => parts.push(request));
  return { complaints, parts };
}
