import type { Browser, Page } from 'playwright-core';
import { BuiltServer } from '../support/built-server.js';
import { heardOn, partsOf, unheard } from './heard.js';
import { openBrowser, openPage } from './open-browser.js';
import { arrive, press, signIn, signOut } from './doing.js';

const ADA = { username: 'ada', password: 'turbine lantern quarrel' };

let browser: Browser;
let server: BuiltServer;
let page: Page;

beforeAll(async () => {
  [browser, server] = await Promise.all([openBrowser(), BuiltServer.start()]);
  page = await openPage(browser, server.url);
});

afterAll(async () => {
  await browser.close();
  await server.dispose();
});

/** Opens a page, fills in its form and sends it. */
async function send(path: string, fields: Readonly<Record<string, string>>, button: string): Promise<void> {
  await page.goto(path);
  for (const [label, value] of Object.entries(fields))
    await page.getByLabel(label, { exact: true }).fill(value);
  await press(page.getByRole('main').getByRole('button', { name: button, exact: true }));
}

const heard = async () => {
  expect(await unheard(page)).toEqual([]);
  return heardOn(page);
};

/** What is heard of something that was done: first in the title, then as what has the focus. */
const done = (sentence: string, title: string) => `${sentence} · ${title} · Gatehouse | status “${sentence}”`;

describe('what a visitor hears', () => {
  it('who was led to the sign-in form is told why, with the field to begin with', async () => {
    await page.goto('/welcome');
    expect(await heard()).toBe(
      'Sign in to continue. · Sign in · Gatehouse | textbox “Username or e-mail”, required: Sign in to continue.',
    );
  });

  it('a form with empty fields says at the first what to enter', async () => {
    await send('/login', {}, 'Sign in');
    expect(await heard()).toBe(
      'Error: Sign in · Gatehouse | textbox “Username or e-mail”, required, invalid: Enter your username or e-mail.',
    );
  });

  it('fields that nobody touched are not called wrong', async () => {
    for (const path of ['/login', '/register', '/forgot', '/verify/again']) {
      await page.goto(path);
      const parts = await partsOf(page);
      expect(parts.filter(({ states }) => states.has('required')).length).toBeGreaterThan(0);
      expect(parts.filter(({ states }) => states.has('invalid'))).toEqual([]);
    }
  });

  it('a password says whether it is shown under one and the same name', async () => {
    await page.goto('/login');
    const shows = async () =>
      (await partsOf(page))
        .filter(({ name }) => name === 'Show “Password”')
        .map(({ states }) => states.get('pressed') ?? 'false');
    expect(await shows()).toEqual(['false']);
    await page.getByRole('button', { name: 'Show “Password”' }).click();
    expect(await shows()).toEqual(['true']);
  });

  it('a link for a new password is on its way', async () => {
    await send('/forgot', { 'E-mail': 'ada@example.org' }, 'Send the link');
    expect(await heard()).toBe(
      done('Check your mail: if that address belongs to an account, a link is on its way.', 'Sign in'),
    );
  });

  it('an account was asked for', async () => {
    const { username, password } = ADA;
    await send(
      '/register',
      { Username: username, 'E-mail': 'ada@example.org', Password: password },
      'Create account',
    );
    expect(await heard()).toBe(
      'Check your mail · Gatehouse | status “We sent a link to ada@example.org. Open it within 1 day to finish.”',
    );
    await press(page.getByRole('button', { name: 'Send it again' }));
    expect(await heard()).toBe(
      'Check your mail · Gatehouse | status “If ada@example.org is still waiting to be confirmed, we have sent a new link to it. Open it within 1 day.”',
    );
  });

  it('an address that is none is told at its field', async () => {
    await send('/verify/again', { 'E-mail': 'nowhere' }, 'Send it again');
    expect(await heard()).toBe(
      'Error: Send the mail again · Gatehouse | textbox “E-mail”, required, invalid: Check this address: it does not look like an e-mail address.',
    );
  });
});

describe('what somebody who is signed in hears', () => {
  beforeAll(() => arrive(page));

  it('the skip link leads past the tabs of the account', async () => {
    await page.goto('/account/close');
    await page.getByRole('link', { name: 'Skip to the content' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('#content:focus').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').getAttribute('id')).toBe('username');
  });

  it('a link went to the new address', async () => {
    await send('/account/email', { 'New address': 'user1@example.org' }, 'Send a link to it');
    expect(await heard()).toBe(
      done('Open the link we sent to user1@example.org. Until then your address stays as it is.', 'Profile'),
    );
  });

  it('an account that is not closed', async () => {
    await send('/account/close', { 'Type your username to confirm': 'somebody' }, 'Close my account');
    expect(await heard()).toBe(
      'Error: Close your account · Gatehouse | textbox “Type your username to confirm”, required, invalid: Type your username, user1, to close the account.',
    );
  });

  it('they are signed out', async () => {
    await signOut(page);
    expect(await heard()).toBe(done('You are signed out.', 'Sign in'));
  });

  it('a session ended, and a browser forgotten', async () => {
    await arrive(page);
    const other = await openPage(browser, server.url);
    await arrive(other);
    await other.context().close();
    await page.goto('/account/devices');
    await press(page.getByRole('main').getByRole('button', { name: /^End all/ }));
    expect(await heard()).toBe(done('One other session has been ended.', 'Your devices'));
    await signOut(page);
    await press(page.getByRole('button', { name: 'Forget this browser' }));
    expect(await heard()).toBe(
      done(
        'This browser has been forgotten. The next sign-in from it will count as one from a new device.',
        'Sign in',
      ),
    );
    await signIn(page);
  });

  it('a new password', async () => {
    await send(
      '/account/password',
      { 'Current password': 'mypassword', 'New password': ADA.password },
      'Change password',
    );
    expect(await heard()).toBe(
      done('Your password has been changed. You have been signed out everywhere else.', 'Profile'),
    );
  });

  it('an account that is closed', async () => {
    await send('/account/close', { 'Type your username to confirm': 'user1' }, 'Close my account');
    expect(await heard()).toBe(done('Your account has been closed.', 'Sign in'));
  });
});
