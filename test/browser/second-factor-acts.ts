import type { Page } from 'playwright-core';
import { bytesOfBase32 } from '../../src/crypto/base32.js';
import { codeOf, periodAt } from '../../src/crypto/one-time-code.js';
import { DEMO, press, signIn } from './doing.js';

/** The other demo account: it gets a second factor, which the first one never has. By the address of its server. */
export const ADMIN = { username: 'admin1', password: DEMO.password };
const phones = new Map<string, { readonly secret: string; readonly recoveryCodes: string[] }>();

/** Signs in as somebody with a second factor, up to the second step; the first time it is added before. */
export async function openSecondStep(page: Page): Promise<void> {
  await page.goto('/login');
  await signIn(page, ADMIN);
  if (page.url().includes('/login/second-step')) return;
  await addFactor(page);
  await page.context().clearCookies();
  await page.goto('/login');
  await signIn(page, ADMIN);
}

async function addFactor(page: Page): Promise<void> {
  await page.goto('/account/security/authenticator');
  const secret = ((await page.locator('.secret').textContent()) ?? '').replaceAll(' ', '');
  await page.getByLabel('The code that the app shows now').fill(codeNow(secret));
  await press(page.getByRole('button', { name: 'Add it' }));
  const recoveryCodes = await page.locator('.codes code').allTextContents();
  await press(page.getByRole('button', { name: 'I have saved them' }));
  phones.set(new URL(page.url()).origin, { secret, recoveryCodes });
}

/** With a recovery code: a code of the app works once, and pages are opened one right after the other. */
export async function passSecondStep(page: Page): Promise<void> {
  await openSecondStep(page);
  const code = phones.get(new URL(page.url()).origin)?.recoveryCodes.pop() ?? '';
  await page.getByText('Use a recovery code').click();
  await page.getByLabel('Recovery code', { exact: true }).fill(code);
  await press(page.getByRole('button', { name: 'Continue with a recovery code' }));
}

/** Makes new recovery codes, in the place of those of before. */
export async function renewCodes(page: Page): Promise<void> {
  await page.goto('/account/security/recovery-codes');
  const recoveryCodes = await page.locator('.codes code').allTextContents();
  await press(page.getByRole('button', { name: 'I have saved them' }));
  const { origin } = new URL(page.url());
  phones.set(origin, { secret: phones.get(origin)?.secret ?? '', recoveryCodes });
}

/** The step of somebody whose factors are gone. */
export async function openReset(page: Page): Promise<void> {
  await page.goto('/login');
  await signIn(page, ADMIN);
}

const codeNow = (secret: string): string => codeOf(bytesOfBase32(secret), periodAt(Date.now()));

/** The secret of an authenticator app, from the text in which its page shows it. */
export const secretIn = (shown: unknown): Buffer => bytesOfBase32(String(shown).replaceAll(' ', ''));
