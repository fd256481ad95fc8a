import type { Browser, CDPSession, Page } from 'playwright-core';
import { BuiltServer } from '../support/built-server.js';
import { anotherPerson } from './another-person.js';
import { askUntil } from './ask-until.js';
import { openBrowser, openPage, watch, type Watch } from './open-browser.js';
import { type DEMO, press, signIn, signOut, until } from './doing.js';
import { violations } from './violations.js';

const ADD = '/account/security/passkeys/add';
const LIST = '/account/security/passkeys';
const CODES = '/account/security/recovery-codes';

let browser: Browser;
let server: BuiltServer;
let page: Page;
let devtools: CDPSession;
let authenticatorId: string;
let seen: Watch;
let person: typeof DEMO;
let people = 0;

beforeAll(async () => {
  [browser, server] = await Promise.all([openBrowser(), BuiltServer.start()]);
});
afterAll(async () => {
  await browser.close();
  await server.dispose();
});

beforeEach(async () => {
  // A passkey makes an account one that its password alone does not open.
  person = await anotherPerson(server, `person${(people += 1)}`);
  page = await openPage(browser, server.url);
  seen = await watch(page, server.url);
  devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  ({ authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      defaultBackupEligibility: true,
      defaultBackupState: true,
    },
  }));
});
afterEach(async () => {
  expect(seen.complaints).toEqual([]);
  await page.context().close();
});

async function arrive(): Promise<void> {
  await page.goto('/login');
  await signIn(page, person);
}
/** The browser does not ask by itself where a page is opened: whatever is touched is touched for the button. */
const byButtonAlone = () =>
  page.addInitScript('PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false);');
const kept = async () => (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
/** Waits until the page has told the browser that there is none any more. */
const hasNone = () =>
  askUntil(
    async () => (await kept()).length === 0,
    () => 'It is still in the browser.',
  );
const button = (name: string) => page.getByRole('main').getByRole('button', { name, exact: true });
const alert = () => page.getByRole('alert').innerText();

async function addOne(): Promise<void> {
  await arrive();
  await page.goto(ADD);
  await press(button('Create a passkey'));
  expect(new URL(page.url()).pathname).toBe(CODES);
  await page.goto(LIST);
}

describe('in Chromium, a passkey', () => {
  it('is made on a page without faults, and listed with what it is', async () => {
    await arrive();
    await page.goto(ADD);
    expect(await page.locator('[data-passkey-none]').isVisible()).toBe(false);
    expect(await violations(page)).toEqual([]);
    await press(button('Create a passkey'));
    expect(await page.getByRole('status').innerText()).toMatch(/^The passkey “.+” has been added/);
    await page.goto(LIST);
    expect(await page.getByRole('main').innerText()).toContain(
      'Synced: it may be on several of your devices',
    );
    expect(await violations(page)).toEqual([]);
    expect((await kept()).map(({ rpId, isResidentCredential }) => [rpId, isResidentCredential])).toEqual([
      ['localhost', true],
    ]);
  });

  it('signs in by the button, and goes on to where somebody was on their way', async () => {
    await byButtonAlone();
    await addOne();
    await signOut(page);
    await page.goto('/login?return_to=%2Faccount%2Factivity');
    await button('Sign in with a passkey').waitFor();
    expect(await violations(page)).toEqual([]);
    await press(button('Sign in with a passkey'));
    expect(new URL(page.url()).pathname).toBe('/account/activity');
    await page.goto('/session');
    expect(await page.innerText('body')).toContain('"amr":["swk","user","mfa"]');
  });

  it('signs in from the field for the name, where the browser offers it', async () => {
    await addOne();
    // The virtual one is chosen by itself, as soon as the sign-in page asks.
    await page.getByRole('banner').locator('summary').click();
    await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('/welcome');
    await page.goto('/account/activity');
    expect(await page.getByRole('main').innerText()).toContain('Signed out');
  });

  it('keeps somebody signed in who asked for it', async () => {
    await byButtonAlone();
    await addOne();
    await signOut(page);
    await page.goto('/login');
    await page.getByLabel('Keep me signed in').check();
    await press(button('Sign in with a passkey'));
    await page.goto('/session');
    expect(await page.innerText('body')).toContain('"idleExpiresAt":null');
  });

  it('is refused with a sentence where the server knows it no more, and the password still works', async () => {
    await byButtonAlone();
    await addOne();
    const [own] = await kept();
    await press(page.getByRole('main').getByRole('link', { name: /^Change/ }));
    await press(button('Remove this passkey'));
    await hasNone();
    await signOut(page);
    await devtools.send('WebAuthn.addCredential', { authenticatorId, credential: own! });
    await page.goto('/login');
    await press(button('Sign in with a passkey'));
    expect(await alert()).toMatch(/^That passkey was not accepted/);
    await arrive();
  });

  it('asked for by the button is still asked for where the page’s own offer comes late', async () => {
    await page.addInitScript(`
      PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(true);
      globalThis.asked = [];
      navigator.credentials.get = ({ mediation, signal }) => {
        asked.push(mediation ?? 'by the button');
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      };`);
    let comeNow = (): void => undefined;
    const late = new Promise<void>(resolve => (comeNow = resolve));
    await page.route('**/login/passkey', route => late.then(() => route.continue()), { times: 1 });
    const asking = page.waitForRequest('**/login/passkey');
    await page.goto('/login');
    const held = await asking;
    await button('Sign in with a passkey').click();
    await until(page, 'asked.length > 0');
    const offer = page.waitForEvent('requestfinished', request => request === held);
    comeNow();
    await offer;
    await page.evaluate('new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    expect(await page.evaluate('asked')).toEqual(['by the button']);
    expect(await button('Sign in with a passkey').isDisabled()).toBe(true);
  });

  it('is offered anew where the page comes back after minutes, and not while the browser asks for one', async () => {
    await page.addInitScript(`
      PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(true);
      const { fetch } = globalThis;
      let [asked, offered, focused] = [0, 0, true];
      globalThis.fetch = (...what) => ((asked += 1), fetch(...what));
      document.hasFocus = () => focused;
      navigator.credentials.get = ({ signal }) => {
        offered += 1;
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      };
      globalThis.offers = () => offered;
      globalThis.askedWhen = isFocused => {
        focused = isFocused;
        dispatchEvent(new Event('focus'));
        return asked;
      };`);
    await page.goto('/login');
    while ((await page.evaluate('offers()')) !== 1);
    expect(await page.evaluate('askedWhen(true)')).toBe(1);
    // As after a sleep, in which the clock of the page itself stands still.
    await page.evaluate('const then = Date.now(); Date.now = () => then + 5 * 60 * 1000;');
    expect(await page.evaluate('askedWhen(false)')).toBe(1);
    expect(await page.evaluate('askedWhen(true)')).toBe(2);
    while ((await page.evaluate('offers()')) !== 2);
  });

  it.each([
    ['away', "Promise.reject(new TypeError('Failed to fetch'))"],
    ['busy', "Promise.resolve(new Response('', { status: 503 }))"],
    // The same page again would be refused again, for ever.
    ['behind something that says no', "Promise.resolve(new Response('', { status: 403 }))"],
  ])('says so where the site is %s, and blames no browser', async (_, answer) => {
    await byButtonAlone();
    await page.addInitScript(`globalThis.fetch = () => ${answer};`);
    await page.goto('/login');
    await button('Sign in with a passkey').click();
    await page.getByRole('alert').waitFor();
    expect(await alert()).toMatch(/^This site did not answer just now\./);
  });

  it('that nobody has says so at the button, and the password still works', async () => {
    await page.goto('/login');
    await button('Sign in with a passkey').click();
    await page.getByRole('alert').waitFor();
    expect(await alert()).toBe('No passkey was used. Try again, or sign in with your password.');
    await arrive();
  });

  it('that was removed is taken out of the browser as well', async () => {
    await addOne();
    await press(page.getByRole('main').getByRole('link', { name: /^Change/ }));
    await press(button('Remove this passkey'));
    expect(await page.getByRole('status').innerText()).toMatch(/has been removed/);
    await hasNone();
  });

  it('is not asked for once more while it is on its way to the server', async () => {
    await arrive();
    // It never arrives, and the seconds after which the button may be pressed again do not go by.
    await page.addInitScript(`
      const { setTimeout } = globalThis;
      globalThis.setTimeout = (act, wait) => (wait === 5000 ? 0 : setTimeout(act, wait));
      globalThis.sent = 0;
      HTMLFormElement.prototype.submit = () => (sent += 1);`);
    await page.goto(ADD);
    await button('Create a passkey').click();
    while ((await page.evaluate('sent')) === 0);
    expect(await button('Create a passkey').isDisabled()).toBe(true);
  });

  it('is not made twice on one device', async () => {
    await addOne();
    await page.goto(ADD);
    await button('Create a passkey').click();
    await page.getByRole('alert').waitFor();
    expect(await alert()).toBe(
      'This device, or its password manager, keeps a passkey of your account already.',
    );
    expect(await kept()).toHaveLength(1);
  });

  it('has a name that its person gives it', async () => {
    await addOne();
    await press(page.getByRole('main').getByRole('link', { name: /^Change/ }));
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('Name that you see').fill('Laptop </script><b>');
    await press(button('Save'));
    expect(await page.getByRole('heading', { level: 2 }).innerText()).toBe('Laptop </script><b>');
  });

  it('is the second step after the password', async () => {
    await byButtonAlone();
    await addOne();
    await signOut(page);
    await arrive();
    expect(new URL(page.url()).pathname).toBe('/login/second-step');
    expect(await page.locator('[data-passkey-none]').isVisible()).toBe(false);
    await press(button('Use a passkey'));
    expect(new URL(page.url()).pathname).toBe('/welcome');
    await page.goto('/session');
    expect(await page.content()).toContain('"pwd","swk","user","mfa"');
  });

  it('confirms who it is, without a password and without asking for one', async () => {
    await addOne();
    await page.goto('/confirm?return_to=%2Faccount%2Fclose');
    expect(await page.getByLabel('Password', { exact: true }).count()).toBe(0);
    expect(await page.getByRole('main').innerText()).toContain('To close your account, use a passkey again.');
    expect(await violations(page)).toEqual([]);
    // What the page holds is too old when its button is pressed.
    await page.locator('form[data-passkey-step]').evaluate(form => {
      form.setAttribute('data-passkey-step', '{"challenge":"b2xk","rpId":"localhost","allowCredentials":[]}');
    });
    await press(button('Use a passkey'));
    expect(new URL(page.url()).pathname).toBe('/account/close');
  });

  it('that was suspended works again once it was shown', async () => {
    await byButtonAlone();
    await addOne();
    await server.sql('UPDATE passkeys SET suspended_at = added_at; UPDATE users SET second_factor_at = NULL');
    await press(page.getByRole('main').getByRole('link', { name: /^Change/ }));
    expect(await violations(page)).toEqual([]);
    await press(button('Show this passkey'));
    expect(await page.getByRole('status').innerText()).toMatch(/^The passkey “.+” works again\.$/);
    await signOut(page);
    await page.goto('/login');
    await press(button('Sign in with a passkey'));
    expect(new URL(page.url()).pathname).toBe('/welcome');
  });
});
