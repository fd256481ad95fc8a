// Makes the pictures of docs/build-on-it.md and docs/parts.md, from the very application of that guide: `npm run pictures`.
import { fileURLToPath } from 'node:url';
import { GuideApplication } from '../../test/support/guide-application.ts';
import { openBrowser } from '../../test/browser/open-browser.ts';
import { pressMain } from './press-main.mjs';
import { startServer } from './server.mjs';

const picture = name => fileURLToPath(new URL(name, import.meta.url));

const application = new GuideApplication();
try {
  application.write();
  application.run('@nestjs/cli/bin/nest.js', 'build');
  const server = await startServer(application.root);
  const browser = await openBrowser();
  try {
    await pictures(await browser.newContext({ baseURL: server.url, colorScheme: 'light' }));
  } finally {
    await browser.close();
    await server.stop();
  }
} finally {
  application.remove();
}

async function pictures(context) {
  const page = await context.newPage();
  await page.setViewportSize({ width: 820, height: 600 });
  await page.goto('/dev/parts');
  await page.screenshot({ path: picture('parts.png'), fullPage: true });
  await signIn(page);
  await keep(page, 'Tea', 'Green, and much of it.');
  await keep(page, 'A walk along the harbour', '');
  await page.setViewportSize({ width: 820, height: 520 });
  const list = await page.screenshot();
  await page.setViewportSize({ width: 470, height: 520 });
  await keep(page, 'Everything there is to say about tea, '.repeat(6), 'It begins with a leaf.');
  const refused = await page.screenshot();
  await sideBySide(context, [list, refused]);
}

async function signIn(page) {
  await page.goto('/login');
  await page.getByLabel('Username or e-mail').fill('admin1');
  await page.getByLabel('Password', { exact: true }).fill('mypassword');
  await pressMain(page, 'Sign in');
}

async function keep(page, title, text) {
  await page.goto('/notes/new');
  await page.getByLabel('Title').fill(title);
  await page.getByLabel('Text').fill(text);
  await pressMain(page, 'Keep it');
}

async function sideBySide(context, pictures) {
  const images = pictures.map(png => `<img src="data:image/png;base64,${png.toString('base64')}">`);
  const style = `body{margin:0;padding:10px;display:flex;gap:10px;background:#d5d9d7;width:max-content}
    img{display:block;height:520px;border-radius:6px}`;
  const page = await context.newPage();
  await page.setContent(`<!doctype html><style>${style}</style><body>${images.join('')}`);
  await page.locator('body').screenshot({ path: picture('notes.png') });
}
