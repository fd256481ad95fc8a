import { codeOf, periodAt } from '../../src/crypto/one-time-code.js';
import { BuiltServer } from '../support/built-server.js';
import { DEMO, REFUSED } from './doing.js';
import { secretIn } from './second-factor-acts.js';
import { Webkit } from './webkit.js';

const SIGN_IN = 'main form[action="/login"] button:not([type])';
const STEP = 'main form[action="/login/second-step"] button';
const SIGN_OUT = 'header form[action="/logout"] button';

let server: BuiltServer;
let browser: Webkit;

beforeAll(async () => {
  [server, browser] = await Promise.all([BuiltServer.start(), Webkit.start()]);
});
afterAll(async () => {
  await browser.stop();
  await server.dispose();
});

async function signIn(password: string): Promise<void> {
  await browser.type('#username', DEMO.username);
  await browser.type('#password', password);
  await browser.press(SIGN_IN);
}

const heading = () => browser.run("return document.querySelector('h1').innerText;");
const buttons = () =>
  browser.run("return [...document.querySelectorAll('[data-reveals]')].map(one => one.ariaLabel);");

/** Each is a step of one walk through a browser, over plain http, where it keeps no `Secure` cookie. */
describe('WebKitGTK', () => {
  it('shows the form again after each wrong password, with all that its script does', async () => {
    await browser.open(`${server.url}/`);
    for (const password of ['wrong', 'wrong again']) {
      await signIn(password);
      expect(await browser.words()).toContain(REFUSED);
      expect(await buttons()).toEqual(['Show “Password”']);
      expect(await browser.run("return document.querySelector('#username').value;")).toBe(DEMO.username);
    }
  });

  it('shows nothing of passkeys, which it does not know', async () => {
    expect(await browser.run("return 'PublicKeyCredential' in globalThis;")).toBe(false);
    expect(await browser.run("return document.querySelector('[data-passkey-sign-in]').hidden;")).toBe(true);
    expect(await browser.words()).not.toMatch(/passkey/i);
  });

  it('keeps the session on every page', async () => {
    await signIn(DEMO.password);
    expect(await heading()).toBe(`Welcome, ${DEMO.username}`);
    for (const [path, title] of [
      ['/account', 'Profile'],
      ['/account/devices', 'Your devices'],
      ['/account/password', 'Change your password'],
      ['/account/activity', 'Activity'],
      ['/welcome', `Welcome, ${DEMO.username}`],
    ] as const) {
      await browser.open(server.url + path);
      expect([path, await heading()]).toEqual([path, title]);
    }
  });

  it('leaves nothing of the welcome page behind the Back button', async () => {
    await browser.run("document.querySelector('header summary').click();");
    await browser.press(SIGN_OUT);
    expect(await browser.words()).toContain('You are signed out.');
    await browser.back();
    await browser.until("return location.pathname === '/login' && document.readyState === 'complete';");
    expect(await heading()).toBe('Sign in');
    expect(await browser.words()).not.toContain('Welcome');
  });

  it('adds an authenticator app, and signs in with password and code', async () => {
    await signIn(DEMO.password);
    await browser.open(`${server.url}/account/security/authenticator`);
    const secret = secretIn(await browser.run("return document.querySelector('.secret').textContent;"));
    await browser.type('#code', codeOf(secret, periodAt(Date.now())));
    await browser.press('main form button:not([type])');
    expect(await heading()).toBe('Recovery codes');
    await browser.press('main form[action="/account/security/recovery-codes"] button');
    await browser.run("document.querySelector('header summary').click();");
    await browser.press(SIGN_OUT);

    await browser.open(`${server.url}/login`);
    await signIn(DEMO.password);
    expect(await heading()).toBe('Second step');
    expect(await browser.words()).not.toMatch(/passkey/i);
    await browser.type('#code', '000000');
    await browser.press(STEP);
    expect(await browser.words()).toContain('That code does not work.');
    // Of the period after the one that has been used.
    await browser.type('#code', codeOf(secret, periodAt(Date.now()) + 1));
    await browser.press(STEP);
    expect(await heading()).toBe(`Welcome, ${DEMO.username}`);
  });
});
