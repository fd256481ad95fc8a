// Pictures of every page in each of its states, and of every mail: on a phone and on a desktop, light and dark.
// `npm run pictures -- FOLDER` puts them there, to be looked at. Names after the folder choose among them.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openBrowser } from '../../test/browser/open-browser.ts';
import { PAGES } from '../../test/browser/pages.ts';
import { MailTemplates } from '../../src/mail/mail-templates.ts';
import { BuiltServer } from '../../test/support/built-server.ts';
import { EVERY_MAIL } from '../../test/support/every-mail.ts';

const SCREENS = { phone: { width: 375, height: 667 }, desktop: { width: 1280, height: 800 } };
const SCHEMES = ['light', 'dark'];

const [folder, ...words] = process.argv.slice(2);
const wanted = name => words.length === 0 || words.some(word => name.includes(word));
await mkdir(folder, { recursive: true });

const browser = await openBrowser();
try {
  for (const [screen, viewport] of Object.entries(SCREENS))
    for (const colorScheme of SCHEMES) await take(`${screen}-${colorScheme}`, { viewport, colorScheme });
} finally {
  await browser.close();
}

/** All of one kind, on servers that nobody has used yet. */
async function take(kind, look) {
  const servers = {
    development: await BuiltServer.start(),
    production: await BuiltServer.start({ env: { NODE_ENV: 'production' } }),
  };
  try {
    for (const { name, server, open } of PAGES.filter(({ name }) => wanted(name)))
      await picture(`${name}-${kind}`, { ...look, baseURL: servers[server].url }, page =>
        open(page, servers[server]),
      );
    const templates = new MailTemplates({ appName: 'Gatehouse', accentColor: null });
    for (const [name, model] of Object.entries(EVERY_MAIL).filter(([name]) => wanted(`mail ${name}`)))
      await picture(`mail ${name}-${kind}`, look, page =>
        page.setContent(templates.render(name, model).html),
      );
  } finally {
    await Promise.all(Object.values(servers).map(server => server.dispose()));
  }
}

async function picture(name, look, open) {
  const context = await browser.newContext({ ...look, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await open(page);
  await page.waitForLoadState();
  await page.screenshot({ path: join(folder, `${name.replaceAll(' ', '-')}.png`), fullPage: true });
  await context.close();
}
