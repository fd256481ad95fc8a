import type { Page } from 'playwright-core';
import { DEMO, openSignedIn, press } from './doing.js';
import type { PageOfGatehouse } from './page-of-gatehouse.js';

/** The pages of an account, but for what one signs in with. */
export const ACCOUNT_PAGES: readonly PageOfGatehouse[] = [
  {
    name: 'profile',
    server: 'development',
    open: openProfile,
    heard: 'Your name has been changed. · Profile | status “Your name has been changed.”',
  },
  {
    name: 'devices',
    server: 'development',
    open: page => openSignedIn(page, '/account/devices'),
    heard: 'Your devices',
  },
  {
    name: 'devices, with what is left to do',
    server: 'development',
    open: openLeftToDo,
    heard: 'Your devices | button “End … other sessions”: Nothing has been ended yet.',
  },
  {
    name: 'password',
    server: 'development',
    open: page => openSignedIn(page, '/account/password'),
    heard: 'Change your password | textbox “Current password”, required',
  },
  {
    name: 'password with errors',
    server: 'development',
    open: openPasswordWithErrors,
    heard:
      'Error: Change your password | textbox “Current password”, required: Your password has not been changed. Look at the marked field, and type both passwords again.',
  },
  {
    name: 'activity',
    server: 'development',
    open: page => openSignedIn(page, '/account/activity'),
    heard: 'Activity',
  },
  {
    name: 'closing the account',
    server: 'development',
    open: page => openSignedIn(page, '/account/close'),
    heard: 'Close your account | textbox “Type your username to confirm”, required',
  },
];

/** With the notice that the name was changed. */
async function openProfile(page: Page): Promise<void> {
  await openSignedIn(page, '/account');
  await press(page.getByRole('button', { name: 'Save' }));
}

/** After the password was confirmed, where another session is left to be ended. */
async function openLeftToDo(page: Page): Promise<void> {
  const form = { ...DEMO, remember: 'on' };
  await page.request.post('/login', { form });
  await page.context().clearCookies();
  await openSignedIn(page, '/account/devices?then=/account/devices/end-others');
}

async function openPasswordWithErrors(page: Page): Promise<void> {
  await openSignedIn(page, '/account/password');
  for (const [label, password] of [
    ['Current password', DEMO.password],
    ['New password', 'password1'],
  ] as const) {
    await page.getByLabel(label, { exact: true }).fill(password);
  }
  await press(page.getByRole('button', { name: 'Change password' }));
}
