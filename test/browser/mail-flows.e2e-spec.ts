import type { Browser, Page } from 'playwright-core';
import { MailTemplates } from '../../src/mail/mail-templates.js';
import { BuiltServer } from '../support/built-server.js';
import { EVERY_MAIL } from '../support/every-mail.js';
import { askUntil } from './ask-until.js';
import { openBrowser, openPage } from './open-browser.js';
import { press, signIn } from './doing.js';
import { violations } from './violations.js';

const FIRST = 'turbine lantern quarrel';
const SECOND = 'seven calm otters drift';
const THIRD = 'nine loud geese parade';
const ELSEWHERE = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

let browser: Browser;
let server: BuiltServer;

beforeAll(async () => {
  [browser, server] = await Promise.all([openBrowser(), BuiltServer.start()]);
});

afterAll(async () => {
  await browser.close();
  await server.dispose();
});

afterEach(() => Promise.all(browser.contexts().map(context => context.close())));

describe.each([
  { how: 'with JavaScript', username: 'ada', javaScriptEnabled: true },
  { how: 'without JavaScript', username: 'bea', javaScriptEnabled: false },
])('through a mail, $how', ({ username, javaScriptEnabled }) => {
  const email = `${username}@example.org`;
  const newPage = (options = {}) => openPage(browser, server.url, { javaScriptEnabled, ...options });
  /** axe runs in the page, so only where scripts may. */
  const check = async (page: Page) => {
    if (javaScriptEnabled) expect(await violations(page)).toEqual([]);
  };

  it('somebody registers, confirms the address and is in', async () => {
    const page = await newPage();
    await page.goto('/login');
    await press(page.getByRole('link', { name: 'Create an account' }));
    await check(page);
    await page.getByLabel('Username').fill(username);
    await page.getByLabel('E-mail').fill(email);
    await fillPasswords(page, 'Password', FIRST);
    await press(page.getByRole('button', { name: 'Create account' }));
    expect(await page.getByRole('main').innerText()).toContain(`We sent a link to ${email}.`);
    await check(page);
    await followMail(page, email, 'Confirm your address for Gatehouse');
    expect(page.url().replace(/link=[\w-]{16}$/, 'link=…')).toBe(`${server.url}/verify?link=…`);
    expect(await page.getByText(email).count()).toBe(1);
    await check(page);
    await press(page.getByRole('button', { name: 'Confirm' }));
    expect(await page.getByRole('status').innerText()).toContain('Your address is confirmed.');
    await expectWelcome(page, username);
  });

  it('somebody who forgot the password sets a new one', async () => {
    const page = await newPage();
    await page.goto('/login');
    await press(page.getByRole('link', { name: 'Forgot your password?' }));
    await check(page);
    await page.getByLabel('E-mail').fill(email);
    await press(page.getByRole('button', { name: 'Send the link' }));
    expect(await page.getByRole('status').innerText()).toContain('if that address belongs to an account');
    await followMail(page, email, 'Set a new password for Gatehouse');
    await setPassword(page, 'short');
    expect(await page.getByRole('alert').innerText()).toContain('The password has not been changed.');
    expect(await page.getByLabel('New password', { exact: true }).inputValue()).toBe('');
    await check(page);
    await setPassword(page, SECOND);
    expect(await page.getByRole('status').innerText()).toContain('Your new password has been set.');
    await expectWelcome(page, username);
    await followMail(page, email, 'Set a new password for Gatehouse');
    expect(await page.getByRole('main').innerText()).toContain('It has already been used');
    await check(page);
    await page.goto('/reset');
    expect(await page.getByRole('main').innerText()).toContain('Open the link in the mail again');
    await check(page);
  });

  it('somebody presses the button of a mail, which opens in a tab of its own', async () => {
    const page = await newPage();
    await openMail(page, email, 'Set a new password for Gatehouse');
    await check(page);
    const opened = page.waitForEvent('popup');
    await page.frameLocator('iframe').getByRole('link', { name: 'Set a new password' }).click();
    const tab = await opened;
    await tab.waitForLoadState();
    expect(await tab.getByRole('main').innerText()).toContain('It has already been used');
    expect(page.url()).toMatch(/\/dev\/mail\/[\w-]+$/);
  });

  it('somebody whose password others know closes the door to them', async () => {
    // Another browser by its name, too: the same one would be taken for the second of two clicks.
    const [owner, intruder] = [await newPage(), await newPage({ userAgent: ELSEWHERE })];
    await intruder.goto('/login');
    await arriveAs(intruder, username, SECOND);
    await followMail(owner, email, 'New sign-in to your Gatehouse account');
    await check(owner);
    await intruder.reload();
    expect(intruder.url()).toBe(`${server.url}/welcome`);
    await press(owner.getByRole('button', { name: 'This was not me' }));
    expect(await owner.getByRole('status').innerText()).toContain('All sessions have been ended');
    await check(owner);
    await intruder.reload();
    expect(intruder.url()).toContain('/login');
    await signIn(intruder, { username, password: SECOND });
    expect(await intruder.getByRole('alert').innerText()).toBe('Invalid username or password');
    await followMail(owner, email, 'Your Gatehouse account is locked: set a new password');
    await setPassword(owner, THIRD);
    await expectWelcome(owner, username);
  });
});

describe.each(['light', 'dark'] as const)('the mails in %s', colorScheme => {
  it('have nothing for axe to complain about, and fit a screen of 320 px', async () => {
    const page = await openPage(browser, server.url, { colorScheme, viewport: { width: 320, height: 600 } });
    const templates = new MailTemplates({ appName: 'Gatehouse', accentColor: '#ffcc00' });
    for (const [name, model] of Object.entries(EVERY_MAIL)) {
      await page.setContent(templates.render(name, model).html);
      const width = await page.locator('html').evaluate(html => html.scrollWidth);
      expect([name, width, await violations(page)]).toEqual([name, 320, []]);
    }
  });
});

/** Opens the latest mail about this as soon as it is in the outbox. */
async function openMail(page: Page, to: string, subject: string): Promise<void> {
  const link = page.getByRole('link', { name: subject, exact: true });
  const mail = page.getByRole('row').filter({ has: link }).filter({ hasText: to }).first();
  await askUntil(
    async () => {
      await page.goto('/dev/mail');
      return (await mail.count()) > 0;
    },
    () => `No mail to ${to} about “${subject}”.`,
  );
  await press(mail.getByRole('link'));
}

/** Opens the latest mail about this, and follows its link. */
async function followMail(page: Page, to: string, subject: string): Promise<void> {
  await openMail(page, to, subject);
  await press(page.locator('pre').getByRole('link').first());
  expect(page.url()).not.toContain('token');
}

/** Where nothing can be shown there is a second field. */
async function fillPasswords(page: Page, label: string, password: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).fill(password);
  const again = page.getByLabel('The same password again', { exact: true });
  if ((await again.count()) > 0) await again.fill(password);
}

async function setPassword(page: Page, password: string): Promise<void> {
  await fillPasswords(page, 'New password', password);
  await press(page.getByRole('button', { name: 'Set password' }));
}

/** Signs in on the login page that is open. */
async function arriveAs(page: Page, username: string, password: string): Promise<void> {
  await signIn(page, { username, password });
  await expectWelcome(page, username);
}

async function expectWelcome(page: Page, username: string): Promise<void> {
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(`Welcome, ${username}`);
}
