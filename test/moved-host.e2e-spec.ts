import { opened } from './support/mailed-link.js';
import { mailTo } from './support/outbox.js';
import { answerStep, enrol, makeCodes, toSecondStep } from './support/second-factor.js';
import { addPasskey, SoftwareAuthenticator } from './support/software-authenticator.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const MAIL = 'ada@example.org';
const NEW = 'seven calm otters drift';

let test: TestApp;
/** Signed in with the password and a recovery code. */
let ada: Visitor;
let codes: readonly string[];

const withCode = async (recovery_code = '') => {
  const visitor = test.visitor();
  const answer = await answerStep(visitor, await toSecondStep(visitor), { recovery_code });
  expect(answer.location).toBe('/welcome');
  return visitor;
};

beforeEach(async () => {
  test = await TestApp.start();
  await test.person('ada', 'user', MAIL);
  const before = await test.signedIn();
  for (let n = 0; n < 2; n++)
    expect((await addPasskey(before, new SoftwareAuthenticator())).status).toBe(303);
  codes = await makeCodes(before);
  // The host of PUBLIC_URL is another one from now on.
  await test.sql("UPDATE passkeys SET rp_id = 'old.example'");
  test.clock.pass(1);
  ada = await withCode(codes[0]);
});
afterEach(() => test.close());

describe('whoever has passkeys of another host alone, and recovery codes', () => {
  it('reads that none works here and how they sign in, and not that their password is enough', async () => {
    const { body } = await ada.get('/account/security');
    expect(body).toContain(
      'None of your second factors works here: you sign in with your password and a recovery code.',
    );
    expect(body).toContain('9 of 10 are left.');
    expect(body).not.toContain('with your password alone');
    await test.sql('UPDATE recovery_codes SET used_at = 1');
    const spent = await ada.get('/account/security');
    expect(spent.body).toContain('None of your second factors works here, and you have no recovery code');
  });

  it('is asked for one still, once “this was not me” was said: mails alone let nobody in', async () => {
    const { link } = await mailTo(test, MAIL, /New sign-in/);
    expect((await (await opened(test, link)).post('/not-me')).status).toBe(303);
    const thief = await opened(test, (await mailTo(test, MAIL, /set a new password/)).link);
    const chosen = { password: NEW, password_again: NEW };
    expect((await thief.post('/reset', chosen)).location).toBe('/login?done=reset');
    expect((await thief.signIn('ada', NEW)).location).toMatch(/^\/login\/second-step/);
  });

  it('is asked for one as before, and keeps the codes, where one of these passkeys is removed; until the last is', async () => {
    const [one, other] = await test.sql<{ id: string }>('SELECT id FROM passkeys ORDER BY id');
    const remove = (id = '') => ada.postForm(`/account/security/passkeys/${id}/remove`);
    expect((await remove(one?.id)).status).toBe(303);
    await withCode(codes[1]);
    expect((await remove(other?.id)).status).toBe(303);
    expect((await test.visitor().signIn('ada', PASSWORD)).location).toBe('/welcome');
  });

  it('is asked for one as before, too, where an app is removed that is suspended', async () => {
    await enrol(test, ada);
    await test.sql('UPDATE authenticators SET suspended_at = 1');
    expect((await ada.postForm('/account/security/authenticator/remove')).status).toBe(303);
    await withCode(codes[1]);
  });

  it('is signed out nowhere by adding one that works, as nothing says so', async () => {
    const elsewhere = await withCode(codes[1]);
    await enrol(test, ada);
    expect((await elsewhere.get('/session')).status).toBe(200);
  });
});
