import { routesIn } from '../src/http/routes.js';
import { ModulesContainer } from '@nestjs/core';
import { addPasskey, SoftwareAuthenticator } from './support/software-authenticator.js';
import { TestApp } from './support/test-app.js';

const PAGE = { accept: 'text/html' };

let test: TestApp;
beforeAll(async () => {
  test = await TestApp.start();
  await test.person('ada');
});
afterAll(() => test.close());

describe('the address of a form that shows nothing, opened in a browser', () => {
  it.each([
    ['/user', '/'],
    ['/login/second-step/reset-code', '/login/second-step'],
    ['/account/devices/end-others', '/account/devices'],
    ['/account/devices/some/end/', '/account/devices'],
    ['/account/security/passkeys/Some/rename?a=b', '/account/security/passkeys/Some'],
    ['/Account/Security/Recovery-Codes/Download', '/Account/Security/Recovery-Codes'],
  ])('is the page above it: %s', async (address, page) => {
    const answer = await test.visitor().get(address, PAGE);
    expect([answer.status, answer.location]).toEqual([303, page]);
  });

  it('never leads off the site, nor to another such address', async () => {
    const routes = routesIn(test.get(ModulesContainer)).filter(({ method }) => method === 'POST');
    for (const { parts } of routes) {
      const address = `/${parts.map(part => (part.startsWith(':') ? '%2F%2Fevil.example' : part)).join('/')}`;
      const { status, location } = await test.visitor().get(address, PAGE);
      if (status !== 303) continue;
      expect([address, location]).toEqual([address, expect.stringMatching(/^\/(?![/\\])/)]);
      const next = await test.visitor().get(location ?? '', PAGE);
      expect([address, [200, 303].includes(next.status)]).toEqual([address, true]);
    }
  });

  it('is nothing to programs, and other addresses are nothing to anybody', async () => {
    expect((await test.visitor().get('/user')).status).toBe(404);
    expect((await test.visitor().get('/user', { accept: 'application/json' })).status).toBe(404);
    expect((await test.visitor().get('/users', PAGE)).status).toBe(404);
  });

  it('is not where somebody ends who was signed out while it was refused', async () => {
    const ada = await test.signedIn();
    await addPasskey(ada, new SoftwareAuthenticator());
    const [row] = await test.sql<{ id: string }>('SELECT id FROM passkeys');
    const one = `/account/security/passkeys/${row!.id}`;
    const _csrf = await ada.csrf();
    expect((await ada.post(`${one}/rename`, { name: '', _csrf })).status).toBe(422);
    await test.stored.clearSessions();
    const from = { referer: `http://localhost:4000${one}/rename`, ...PAGE };
    const late = await ada.post(`${one}/rename`, { name: 'Kitchen', _csrf }, from);
    const back = new URL(late.location ?? '', 'http://localhost:4000').searchParams.get('return_to');
    expect([late.status, back]).toEqual([303, `${one}/rename`]);
    expect((await ada.get(back ?? '', PAGE)).location).toBe(one);
  });
});
