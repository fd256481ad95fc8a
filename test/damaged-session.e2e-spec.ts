import { PASSWORD, TestApp } from './support/test-app.js';

describe('a session whose contents are damaged', () => {
  let test: TestApp;
  beforeEach(async () => {
    test = await TestApp.start();
    await test.person('ada');
  });
  afterEach(() => test.close());

  it('is none: its person signs in again, and nobody else notices', async () => {
    const ada = await test.signedIn();
    await test.stored.damageSessions();
    expect((await ada.get('/welcome')).location).toBe('/login?return_to=%2Fwelcome');
    expect((await ada.get('/session')).status).toBe(401);
    expect(test.log.events('sys_session_damaged')).not.toEqual([]);
    expect((await ada.signIn('ada', PASSWORD)).status).toBe(303);
    expect((await ada.get('/welcome')).status).toBe(200);
  });
});
