import type { Page } from 'playwright-core';
import { arrive, followForeignLink, guess, open, openSignedIn, press, signIn } from './doing.js';
import type { PageOfGatehouse } from './page-of-gatehouse.js';

/** The pages around signing in and out. */
export const SIGN_IN_PAGES: readonly PageOfGatehouse[] = [
  {
    name: 'login',
    server: 'development',
    open: page => open(page, '/login'),
    heard: 'Sign in | textbox “Username or e-mail”, required',
  },
  {
    name: 'login after a refusal',
    server: 'development',
    open: openRefusal,
    heard: 'Error: Sign in | textbox “Password”, required: Invalid username or password',
  },
  {
    name: 'login after too many attempts',
    server: 'development',
    open: guess,
    heard: 'Error: Sign in | textbox “Password”, required: Too many attempts. Try again in … seconds.',
  },
  { name: 'welcome', server: 'development', open: arrive, heard: 'Welcome' },
  { name: 'welcome of a remembered session', server: 'development', open: openRemembered, heard: 'Welcome' },
  { name: 'sign-out confirmation', server: 'development', open: openConfirmation, heard: 'Sign out' },
  {
    name: 'sign-out confirmation for a visitor',
    server: 'development',
    open: followForeignLink,
    heard: 'Sign out',
  },
  {
    name: 'confirmation of the password',
    server: 'development',
    open: openConfirm,
    heard: 'Error: Confirm it’s you | textbox “Password”, required, invalid: That is not your password.',
  },
  {
    name: 'set-up',
    server: 'production',
    open: page => open(page, '/setup'),
    heard: 'Create the first account | textbox “Set-up code”, required',
  },
  {
    name: 'set-up with errors',
    server: 'production',
    open: openSetupWithErrors,
    heard:
      'Error: Create the first account | textbox “Set-up code”, required, invalid: That is not the code. The server printed it when it started: look in its log.',
  },
  {
    name: 'a mailed link that is unknown here',
    server: 'development',
    open: page => open(page, '/reset'),
    heard: 'Open the link again',
  },
];

async function openRefusal(page: Page): Promise<void> {
  await page.goto('/login');
  await signIn(page, { username: 'ada', password: 'wrong' });
}

async function openRemembered(page: Page): Promise<void> {
  await page.goto('/login');
  await page.getByLabel('Keep me signed in').check();
  await signIn(page);
}

async function openConfirmation(page: Page): Promise<void> {
  await arrive(page);
  await followForeignLink(page);
}

async function openConfirm(page: Page): Promise<void> {
  await openSignedIn(page, '/confirm?return_to=%2Faccount');
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await press(page.getByRole('button', { name: 'Continue' }));
}

async function openSetupWithErrors(page: Page): Promise<void> {
  await page.goto('/setup');
  await page.getByLabel('Set-up code').fill('not the code');
  await page.getByLabel('Username').fill('ada');
  await page.getByLabel('Password', { exact: true }).fill('some words that do not match');
  await press(page.getByRole('button', { name: 'Create account' }));
}
