import { DEMO } from '../../src/auth/first-start.js';
import { BuiltServer } from '../support/built-server.js';
import { Firefox } from './firefox.js';

/** Each is a step of one walk through a browser. */
describe('in Firefox, a passkey', () => {
  let firefox: Firefox;
  let server: BuiltServer;
  beforeAll(async () => {
    [firefox, server] = await Promise.all([Firefox.start(), BuiltServer.start()]);
    await firefox.addAuthenticator();
  });
  afterAll(async () => {
    await firefox.stop();
    await server.dispose();
  });

  it('is made on its page, whose script leaves nothing in the console', async () => {
    await firefox.open(`${server.url}/login?return_to=%2Faccount%2Fsecurity%2Fpasskeys%2Fadd`);
    await firefox.run(`
      document.querySelector('#username').value = ${JSON.stringify(DEMO.username)};
      document.querySelector('#password').value = ${JSON.stringify(DEMO.password)};
      document.querySelector('#password').form.requestSubmit();`);
    await firefox.until(`${server.url}/account/security/passkeys/add`);
    await firefox.run(`document.querySelector('form[data-passkey-add] button').click();`);
    await firefox.until(`${server.url}/account/security/recovery-codes`);
    expect(await firefox.run(`return document.querySelector('[role=status]').innerText;`)).toMatch(
      /^The passkey “.+” has been added/,
    );
    expect(await firefox.console(server.url)).toEqual([]);
  });

  it('signs in by the button', async () => {
    await firefox.run(`document.querySelector('form[action="/logout"]').submit();`);
    await firefox.until(`${server.url}/`);
    await firefox.open(`${server.url}/login?return_to=%2Faccount%2Factivity`);
    await firefox.run(`document.querySelector('form[data-passkey-sign-in] button').click();`);
    await firefox.until(`${server.url}/account/activity`);
    expect(await firefox.console(server.url)).toEqual([]);
    await firefox.open(`${server.url}/session`);
    expect(await firefox.run('return document.documentElement.textContent;')).toContain('"mfa"');
  });
});
