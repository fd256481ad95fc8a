import type { Browser, Page } from 'playwright-core';
import { AS_OPERATORS_HAVE_IT, BuiltServer } from '../support/built-server.js';
import { openBrowser, openPage } from './open-browser.js';
import { press, signIn } from './doing.js';

const ADA = { username: 'ada', password: 'turbine lantern quarrel' };

let browser: Browser;
let server: BuiltServer;
let page: Page;

beforeAll(async () => {
  [browser, server] = await Promise.all([
    openBrowser(),
    BuiltServer.start({ env: { NODE_ENV: 'production', ...AS_OPERATORS_HAVE_IT } }),
  ]);
  page = await openPage(browser, server.url);
});

afterAll(async () => {
  await browser.close();
  await server.dispose();
});

describe('the first account of a production server', () => {
  it('takes the code from the log, and puts the cursor there', async () => {
    await page.goto('/');
    expect(new URL(page.url()).pathname).toBe('/setup');
    expect(await focusedId()).toBe('code');
    await fillIn({ ...ADA, code: 'not the code' });
    expect(await noteOf('Set-up code')).toContain('That is not the code.');
    expect(await focusedId()).toBe('code');
  });

  it('keeps what was typed, except the passwords', async () => {
    expect(await page.getByLabel('Username').inputValue()).toBe(ADA.username);
    expect(await page.getByLabel('Password', { exact: true }).inputValue()).toBe('');
    expect(await page.getByLabel('The same password again', { exact: true }).count()).toBe(0);
  });

  it('says at its field what is wrong, and at the top that something is', async () => {
    await fillIn({ username: ADA.username, password: 'short', code: codeInLog() });
    expect(await page.getByRole('alert').innerText()).toContain('No account was created yet.');
    expect(await noteOf('Password')).toContain('That is too short.');
    expect(await focusedId()).toBe('password');
  });

  it('counts a password while it is typed', async () => {
    const field = page.getByLabel('Password', { exact: true });
    const count = page.locator('[data-counts]');
    expect(await count.isVisible()).toBe(false);
    await field.fill('e\u0301'.repeat(12));
    expect(await count.innerText()).toBe('12 of 15');
    await field.fill('fifteen letters');
    expect(await count.innerText()).toBe('Long enough');
  });

  it.each(['light', 'dark'] as const)(
    'marks a refused field by more than its colour (%s)',
    async colorScheme => {
      await page.emulateMedia({ colorScheme });
      const seen = await page.getByLabel('Password', { exact: true }).evaluate(input => {
        const style = (one: typeof input, pseudo?: string) =>
          one.ownerDocument.defaultView.getComputedStyle(one, pseudo);
        input.focus();
        const note = input.ownerDocument.getElementById('password-note');
        const { outlineColor, outlineStyle, borderInlineStartWidth } = style(input);
        return {
          outlineColor,
          outlineStyle,
          borderInlineStartWidth,
          words: style(note).color,
          sign: style(note, '::before').content,
        };
      });
      expect(seen).toMatchObject({
        outlineStyle: 'solid',
        borderInlineStartWidth: '6px',
        outlineColor: seen.words,
      });
      expect(seen.sign).toContain('!');
      await page.emulateMedia({ colorScheme: null });
    },
  );

  it('is made, can sign in, and is the only one that is made so', async () => {
    await fillIn({ ...ADA, code: codeInLog() });
    expect(page.url()).toBe(`${server.url}/login?done=setup`);
    await signIn(page, ADA);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Welcome, ada');
    const answer = await page.goto('/setup');
    expect(answer?.status()).toBe(404);
  });
});

/** Fills in the form that is open and sends it. */
async function fillIn({ username, password, code }: typeof ADA & { code: string }): Promise<void> {
  await page.getByLabel('Set-up code').fill(code);
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await press(page.getByRole('button', { name: 'Create account' }));
}

const codeInLog = () => /enter the code ([\w-]+)/.exec(server.output)?.[1] ?? '';

const focusedId = () => page.locator(':focus').getAttribute('id');

/** What a screen reader reads out after the name of a field: the text its `aria-describedby` points to. */
async function noteOf(label: string): Promise<string> {
  const note = await page.getByLabel(label, { exact: true }).getAttribute('aria-describedby');
  return page.locator(`#${note}`).innerText();
}
