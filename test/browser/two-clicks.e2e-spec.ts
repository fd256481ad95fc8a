import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { BuiltServer } from '../support/built-server.js';
import { openBrowser, openPage } from './open-browser.js';
import { arrive, DEMO, press, signIn, signOut } from './doing.js';

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

/** A page, and how many forms it has sent. */
async function open(options: BrowserContextOptions = {}): Promise<{ readonly posts: string[] }> {
  page = await openPage(browser, server.url, options);
  const posts: string[] = [];
  page.on('request', request => {
    if (request.method() === 'POST') posts.push(new URL(request.url()).pathname);
  });
  return { posts };
}

async function signInByDoubleClick(): Promise<void> {
  await page.goto('/login');
  await page.getByLabel('Username or e-mail').fill(DEMO.username);
  await page.getByLabel('Password', { exact: true }).fill(DEMO.password);
  await page.getByRole('main').getByRole('button', { name: 'Sign in', exact: true }).dblclick();
  // The second click gives up what the first one asked for, which is no fault (`waitForURL` takes it for one).
  while (new URL(page.url()).pathname !== '/welcome') await page.waitForEvent('framenavigated');
  await page.waitForLoadState();
}

const devices = async () => {
  await page.goto('/account/devices');
  return page.locator('.devices > li').count();
};

describe('a double click on a button', () => {
  it('sends the form once, until the page is shown anew', async () => {
    await open();
    await page.goto('/forgot');
    await page.getByLabel('E-mail').fill('ada@example.org');
    const refused = await page.locator('main form').evaluate((form: Form) => {
      const seen: boolean[] = [];
      form.addEventListener('submit', event => {
        seen.push(event.defaultPrevented);
        event.preventDefault();
      });
      form.requestSubmit();
      form.requestSubmit();
      form.ownerDocument.defaultView.dispatchEvent(new Event('pageshow'));
      form.requestSubmit();
      return seen;
    });
    expect(refused).toEqual([false, true, false]);
  });

  it('signs in once', async () => {
    await open();
    await signInByDoubleClick();
    expect(await devices()).toBe(1);
    await signOut(page);
  });

  it('signs in once without JavaScript, too', async () => {
    await open({ javaScriptEnabled: false });
    await signInByDoubleClick();
    expect(await devices()).toBe(1);
    await signOut(page);
  });

  it('leaves the form usable after Back', async () => {
    const { posts } = await open();
    for (const mail of ['ada@example.org', 'bea@example.org']) {
      await (posts.length === 0 ? page.goto('/forgot') : page.goBack());
      await page.getByLabel('E-mail').fill(mail);
      await press(page.getByRole('button', { name: 'Send the link' }));
      await page.waitForURL('/login?done=forgot');
    }
    expect(posts).toEqual(['/forgot', '/forgot']);
  });
});

describe('a form that comes after its person was signed out', () => {
  it('is there again after the sign-in, as it was filled in', async () => {
    await open();
    await arrive(page);
    await page.goto('/account');
    await page.getByLabel('Name that others see').fill('Ada & Co');
    const other = await page.context().newPage();
    await other.goto('/welcome');
    await signOut(other);
    expect(await other.getByRole('status').innerText()).toBe('You are signed out.');
    await press(page.getByRole('button', { name: 'Save' }));
    expect(await page.getByRole('alert').innerText()).toContain('You were signed out, so nothing was saved');
    await signIn(page);
    await page.waitForURL(/\/account\?kept=/);
    expect(await page.getByLabel('Name that others see').inputValue()).toBe('Ada & Co');
  });
});

/** A form, as the page has it; these tests are compiled without the browser's types. */
interface Form {
  addEventListener(type: 'submit', listener: (event: Event) => void): void;
  requestSubmit(): void;
  readonly ownerDocument: { readonly defaultView: { dispatchEvent(event: Event): boolean } };
}
