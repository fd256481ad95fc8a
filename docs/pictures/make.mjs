// Makes the picture of the README from the built server: `npm run pictures`. Needs Chromium, as test/browser/ does.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openBrowser } from '../../test/browser/open-browser.ts';
import { pressMain } from './press-main.mjs';
import { startServer } from './server.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PICTURE = fileURLToPath(new URL('inside.png', import.meta.url));
const ADA = { username: 'ada', email: 'ada@example.org', password: 'turbine lantern quarrel' };
const VIEWPORT = { width: 720, height: 600 };

const server = await startServer(ROOT);
const browser = await openBrowser();
try {
  await writeFile(PICTURE, await sideBySide(await shots()));
} finally {
  await browser.close();
  await server.stop();
}

/** The four pages: signing in, a mail, the devices, the activity. */
async function shots() {
  const laptop = await pageOf('X11; Linux x86_64');
  await laptop.goto('/login');
  const signIn = await laptop.screenshot();
  await register(laptop);
  await openMail(laptop, 'Confirm your address');
  await confirmAddress(laptop);
  const phone = await pageOf('iPhone; CPU iPhone OS 18_0 like Mac OS X');
  await signInAs(phone, 'not the password');
  await signInAs(phone, ADA.password);
  await openMail(laptop, 'New sign-in');
  await laptop.goto(await laptop.locator('iframe').getAttribute('src'));
  const mail = await laptop.screenshot();
  await laptop.goto('/account/devices');
  const devices = await laptop.screenshot();
  await laptop.goto('/account/activity');
  return [signIn, mail, devices, await laptop.screenshot()];
}

async function pageOf(platform) {
  const userAgent = `Mozilla/5.0 (${platform}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36`;
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: VIEWPORT,
    userAgent,
    colorScheme: 'light',
  });
  return context.newPage();
}

async function register(page) {
  await page.goto('/register');
  await page.getByLabel('Username').fill(ADA.username);
  await page.getByLabel('E-mail').fill(ADA.email);
  await page.getByLabel('Password', { exact: true }).fill(ADA.password);
  await pressMain(page, 'Create account');
}

/** Opens the outbox when a mail with these words is in it: mails are sent after the answer. */
async function openMail(page, words) {
  const found = page.getByRole('row').filter({ hasText: words }).first();
  do await page.goto('/dev/mail');
  while ((await found.count()) === 0);
  await found.getByRole('link').click();
}

async function confirmAddress(page) {
  await page.locator('.mail pre a').first().click();
  await pressMain(page, 'Confirm');
}

async function signInAs(page, password) {
  await page.goto('/login');
  await page.getByLabel('Username or e-mail').fill(ADA.username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await pressMain(page, 'Sign in');
}

/** One picture of four, two in a row, small enough for a page that is read on a phone. */
async function sideBySide(pictures) {
  const images = pictures.map(png => `<img src="data:image/png;base64,${png.toString('base64')}">`);
  const style = `body{margin:0;padding:10px;display:grid;grid-template-columns:1fr 1fr;gap:10px;background:#d5d9d7}
    img{display:block;width:100%;border-radius:6px}`;
  const page = await browser.newPage({ viewport: { width: 980, height: 100 } });
  await page.setContent(`<!doctype html><style>${style}</style>${images.join('')}`);
  return page.screenshot({ fullPage: true });
}
