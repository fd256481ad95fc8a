import { DEMO } from '../../src/auth/first-start.js';
import { codeOf, periodAt } from '../../src/crypto/one-time-code.js';
import { BuiltServer } from '../support/built-server.js';
import { Firefox } from './firefox.js';
import { secretIn } from './second-factor-acts.js';

const VISITORS = [
  '/',
  '/login?return_to=%2Fwelcome',
  '/register',
  '/forgot',
  '/reset',
  '/verify/again',
  '/logout',
  '/nowhere',
];
const PEOPLE = [
  '/welcome',
  '/account',
  '/account/devices',
  '/account/activity',
  '/account/password',
  '/account/email',
  '/account/close',
  '/confirm?return_to=%2Faccount%2Fclose',
  '/logout',
  '/dev/mail',
];

const FILL_IN = `
  document.querySelector('#username').value = ${JSON.stringify(DEMO.username)};
  document.querySelector('#password').value = ${JSON.stringify(DEMO.password)};
  document.querySelector('#password').form.requestSubmit();`;

describe('in Firefox', () => {
  let firefox: Firefox;
  let server: BuiltServer;
  beforeAll(async () => {
    [firefox, server] = await Promise.all([Firefox.start(), BuiltServer.start()]);
  });
  afterAll(async () => {
    await firefox.stop();
    await server.dispose();
  });

  const POLICY = /Content-Security-Policy/;
  const said = async (path: string) => {
    await firefox.open(server.url + path);
    return firefox.console(server.url);
  };

  it('the console shows what a page does wrong, so that the rules below are about something', async () => {
    await firefox.open(`${server.url}/`);
    await firefox.run(`
      const paragraph = document.createElement('p');
      paragraph.setAttribute('style', 'color: red');
      document.body.append(paragraph);`);
    expect(await firefox.hears(server.url, POLICY)).toMatch(POLICY);
  });

  it.each(VISITORS)('%s leaves nothing in the console', async path => {
    expect(await said(path)).toEqual([]);
    // Firefox calls such a field an "invalid entry" before anybody touched it.
    expect(await firefox.run('return document.querySelectorAll(":invalid").length;')).toBe(0);
  });

  it('the sign-in form leaves nothing in it, and leads on', async () => {
    await firefox.open(`${server.url}/login`);
    await firefox.run(FILL_IN);
    await firefox.until(`${server.url}/welcome`);
    expect(await firefox.console(server.url)).toEqual([]);
  });

  it('what was done has the focus', async () => {
    await firefox.open(`${server.url}/account`);
    await firefox.leave("document.querySelector('main form').requestSubmit();");
    expect(await firefox.run('return document.title')).toMatch(/^Your name has been changed\. · /);
    await firefox.drawn();
    expect(await firefox.run('return document.activeElement.innerText')).toBe('Your name has been changed.');
  });

  it('an authenticator app is added, and the next sign-in is by password and code', async () => {
    await firefox.open(`${server.url}/account/security/authenticator`);
    const secret = secretIn(await firefox.run("return document.querySelector('.secret').textContent;"));
    await sendCode(codeOf(secret, periodAt(Date.now())), '/account/security/recovery-codes');
    await firefox.run(`
      document.querySelector('main form[action="/account/security/recovery-codes"]').requestSubmit();`);
    await firefox.until(`${server.url}/account/security`);
    expect(await firefox.console(server.url)).toEqual([]);
    await firefox.open(`${server.url}/logout`);
    await firefox.open(`${server.url}/login`);
    await firefox.run(FILL_IN);
    await firefox.untilPath(`${server.url}/login/second-step`);
    // Of the period after the one that has been used.
    await sendCode(codeOf(secret, periodAt(Date.now()) + 1), '/welcome');
    expect(await firefox.console(server.url)).toEqual([]);
  });

  it.each(PEOPLE)('%s leaves nothing in it for who is signed in', async path => {
    expect(await said(path)).toEqual([]);
  });

  /** Types a code into the page that is open, sends it and waits for what comes next. */
  async function sendCode(code: string, next: string): Promise<void> {
    await firefox.run(`
      document.querySelector('#code').value = '${code}';
      document.querySelector('#code').form.requestSubmit();`);
    await firefox.untilPath(server.url + next);
  }
});
