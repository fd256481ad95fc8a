import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEMO } from '../../src/auth/first-start.js';
import { BuiltServer } from '../support/built-server.js';
import { Firefox } from './firefox.js';

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

describe('in Firefox', () => {
  let firefox: Firefox;
  let server: BuiltServer;
  beforeAll(async () => {
    [firefox, server] = await Promise.all([Firefox.start(), BuiltServer.start()]);
  }, 120_000);
  afterAll(async () => {
    await firefox.stop();
    await server.dispose();
  });

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
    expect((await firefox.console(server.url)).join()).toMatch(/Content-Security-Policy/);
  });

  it.each(VISITORS)('%s leaves nothing in the console', async path => {
    expect(await said(path)).toEqual([]);
    // Firefox calls such a field an "invalid entry" before anybody touched it.
    expect(await firefox.run('return document.querySelectorAll(":invalid").length;')).toBe(0);
  });

  it('the sign-in form leaves nothing in it, and leads on', async () => {
    await firefox.open(`${server.url}/login`);
    await firefox.run(`
      document.querySelector('#username').value = ${JSON.stringify(DEMO.username)};
      document.querySelector('#password').value = ${JSON.stringify(DEMO.password)};
      document.querySelector('#password').form.requestSubmit();`);
    await firefox.until(`${server.url}/welcome`);
    expect(await firefox.console(server.url)).toEqual([]);
  });

  it('what was done has the focus', async () => {
    await firefox.open(`${server.url}/account`);
    await firefox.run(`
      document.title = 'before';
      document.querySelector('main form').requestSubmit();`);
    while ((await firefox.run('return document.title')) === 'before');
    await firefox.until(`${server.url}/account`);
    expect(await firefox.run('return document.title')).toMatch(/^Your name has been changed\. · /);
    expect(await firefox.run('return document.activeElement.innerText')).toBe('Your name has been changed.');
  });

  it.each(PEOPLE)('%s leaves nothing in it for who is signed in', async path => {
    expect(await said(path)).toEqual([]);
  });
});
