import type { Page } from 'playwright-core';
import type { BuiltServer } from '../support/built-server.js';
import { openSignedIn, press } from './doing.js';
import type { PageOfGatehouse } from './page-of-gatehouse.js';
import { ADMIN, openReset, openSecondStep, passSecondStep, renewCodes } from './second-factor-acts.js';

/** The pages of what one signs in with beside the password. Each finds the account as those before have left it. */
export const FACTOR_PAGES: readonly PageOfGatehouse[] = [
  {
    name: 'security',
    server: 'development',
    open: page => openSignedIn(page, '/account/security'),
    heard: 'Security',
  },
  {
    name: 'adding an authenticator app',
    server: 'development',
    open: page => openSignedIn(page, '/account/security/authenticator'),
    heard: 'Add an authenticator app | textbox “The code that the app shows now”, required',
  },
  {
    name: 'adding an authenticator app, with a wrong code',
    server: 'development',
    open: openWrongFirstCode,
    heard:
      'Error: Add an authenticator app | textbox “The code that the app shows now”, required, invalid: That code does not work. Codes work once, for about a minute: wait for the next one, and check that the time on your phone is right.',
  },
  {
    name: 'passkeys',
    server: 'development',
    open: page => openSignedIn(page, '/account/security/passkeys'),
    heard: 'Your passkeys',
  },
  {
    name: 'adding a passkey',
    server: 'development',
    open: page => openSignedIn(page, '/account/security/passkeys/add'),
    heard: 'Add a passkey',
  },
  {
    name: 'recovery codes',
    server: 'development',
    open: page => openSignedIn(page, '/account/security/recovery-codes'),
    heard: 'Recovery codes',
  },
  {
    name: 'second step',
    server: 'development',
    open: openSecondStep,
    heard: 'Second step | textbox “Code from your authenticator app”, required',
  },
  {
    name: 'security of somebody with a second factor',
    server: 'development',
    open: openSecurityWithFactor,
    heard:
      'Your recovery codes are in force. Codes from before no longer work. · Security | status “Your recovery codes are in force. Codes from before no longer work.”',
  },
  {
    name: 'confirmation of the password and the second factor',
    server: 'development',
    open: openConfirmBoth,
    heard: 'Confirm it’s you | textbox “Password”, required',
  },
  {
    name: 'passkeys, with one',
    server: 'development',
    open: openPasskeys,
    heard:
      'The passkey “Chrome on Linux” has been added. From now on you can sign in with it. · Your passkeys | status “The passkey “Chrome on Linux” has been added. From now on you can sign in with it.”',
  },
  {
    name: 'one passkey',
    server: 'development',
    open: openOnePasskey,
    heard: 'Passkey',
  },
  {
    name: 'confirmation by a passkey',
    server: 'development',
    open: openConfirmBoth,
    heard: 'Confirm it’s you | textbox “Password”, required',
  },
  {
    name: 'second step with a passkey',
    server: 'development',
    open: openSecondStep,
    heard: 'Second step | textbox “Code from your authenticator app”, required',
  },
  {
    name: 'security while a reset of the second factors waits',
    server: 'development',
    open: openWaitingReset,
    heard: 'Security',
  },
  {
    name: 'second step after a reset',
    server: 'development',
    open: openAfterReset,
    heard: 'Second step | textbox “Code that was given or mailed to you”, required',
  },
  {
    name: 'second step after a reset, with a wrong code',
    server: 'development',
    open: openWrongResetCode,
    heard:
      'Error: Second step | textbox “Code that was given or mailed to you”, required, invalid: That code does not work. The last one that was sent to you works, for half an hour.',
  },
];

async function openWrongFirstCode(page: Page): Promise<void> {
  await openSignedIn(page, '/account/security/authenticator');
  await page.getByLabel('The code that the app shows now').fill('000000');
  await press(page.getByRole('button', { name: 'Add it' }));
}

async function openSecurityWithFactor(page: Page): Promise<void> {
  await passSecondStep(page);
  await renewCodes(page);
}

async function openConfirmBoth(page: Page): Promise<void> {
  await passSecondStep(page);
  await page.goto('/confirm?return_to=%2Faccount');
}

/** With one that was made in this browser, whose authenticator is in software. */
async function openPasskeys(page: Page): Promise<void> {
  await passSecondStep(page);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const kind = { protocol: 'ctap2', transport: 'internal', automaticPresenceSimulation: true } as const;
  const does = { hasResidentKey: true, hasUserVerification: true, isUserVerified: true };
  await devtools.send('WebAuthn.addVirtualAuthenticator', { options: { ...kind, ...does } });
  await page.goto('/account/security/passkeys/add');
  await press(page.getByRole('button', { name: 'Create a passkey' }));
  // The authenticator goes with it.
  await devtools.detach();
}

async function openOnePasskey(page: Page): Promise<void> {
  await passSecondStep(page);
  await page.goto('/account/security/passkeys');
  await press(page.getByRole('main').getByRole('link', { name: /^Change/ }));
}

/** Somebody who runs the site was asked for it. Signing in with a factor stops it, so it comes after that. */
async function openWaitingReset(page: Page, server: BuiltServer): Promise<void> {
  await passSecondStep(page);
  await server.command('user', 'reset-factors', ADMIN.username);
  await page.goto('/account/security');
}

async function openAfterReset(page: Page, server: BuiltServer): Promise<void> {
  await openSecondStep(page);
  await server.command('user', 'reset-factors', ADMIN.username, '--now');
  await openReset(page);
}

async function openWrongResetCode(page: Page): Promise<void> {
  await openReset(page);
  await page.getByLabel('Code that was given or mailed to you').fill('wrong');
  await press(page.getByRole('button', { name: 'Continue' }));
}
