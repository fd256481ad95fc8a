import { localOrigin } from '../src/audit/security-event.js';
import { OperatorResets } from '../src/recovery/operator-resets.js';
import { comingAgain } from './support/come-again.js';
import { opened } from './support/mailed-link.js';
import { mailTo, mailsOf } from './support/outbox.js';
import { PASSWORD, TestApp } from './support/test-app.js';

const MAIL = 'ada@example.org';
const NEW = 'seven calm otters drift';

describe('an operator', () => {
  let test: TestApp;
  let id: string;
  beforeEach(async () => {
    test = await TestApp.start();
    id = await test.person('ada', 'user', MAIL);
  });
  afterEach(() => test.close());

  const send = () => test.get(OperatorResets).send(id, localOrigin('command line, root'));
  const requireNew = () => test.get(OperatorResets).requireNew(id, localOrigin('command line, root'));
  const signIn = async (password: string) => (await test.visitor().signIn('ada', password)).status;

  it('sends a link to set a new password, and nothing changes until it is used', async () => {
    const ada = await test.signedIn();
    expect(await send()).toEqual({ outcome: 'promised', address: MAIL });
    expect([await signIn(PASSWORD), (await ada.get('/welcome')).status]).toEqual([303, 200]);
    const { link } = await mailTo(test, MAIL, /^Set a new password/);
    expect((await (await opened(test, link)).post('/reset', { password: NEW })).status).toBe(303);
    expect([await signIn(PASSWORD), await signIn(NEW)]).toEqual([422, 303]);
    expect(test.log.events('authn_recovery_request')).toEqual([
      expect.objectContaining({ userId: id, userAgent: 'command line, root', ip: '' }),
    ]);
  });

  it('is not kept from it by mails that others asked for', async () => {
    for (let turn = 0; turn < 4; turn++) await test.visitor().post('/forgot', { email: MAIL });
    expect(await send()).toMatchObject({ outcome: 'promised' });
    expect((await mailsOf(test)).filter(({ to }) => to === MAIL)).toHaveLength(4);
  });

  it('makes a new password necessary: the old one and every session end at once, the link opens the account again', async () => {
    const ada = await test.signedIn();
    await test.visitor().post('/forgot', { email: MAIL });
    const { link: before } = await mailTo(test, MAIL, /^Set a new password/);
    expect(await requireNew()).toEqual({ outcome: 'promised', address: MAIL });
    expect((await ada.get('/welcome')).status).toBe(303);
    const refused = await test.visitor().signIn('ada', PASSWORD);
    expect(refused.status).toBe(422);
    expect(refused.body).toContain('Invalid username or password');
    // Whoever had a link to set the next password has it no more.
    expect((await (await opened(test, before)).get('/reset')).status).toBe(410);
    const { link } = await mailTo(test, MAIL, /needs a new password$/);
    expect((await (await opened(test, link)).post('/reset', { password: NEW })).status).toBe(303);
    expect(await signIn(NEW)).toBe(303);
    expect(test.log.events('authn_password_off')).toEqual([
      expect.objectContaining({ outcome: 'success', userId: id, endedSessions: 1 }),
    ]);
    const back = test.visitor();
    await back.signIn('ada', NEW);
    expect((await back.get('/account/activity')).body).toContain('The password was switched off');
  });

  it('lets nobody in who signs in at the same moment', async () => {
    const attempts = Array.from({ length: 8 }, () => test.visitor().signIn('ada', PASSWORD));
    const done = comingAgain(requireNew);
    await Promise.all(attempts);
    expect(await done).toMatchObject({ outcome: 'promised' });
    expect(await test.stored.sessions()).toEqual([]);
  });

  it('is told where there is nobody to write to, and nothing is done', async () => {
    id = await test.person('ben');
    for (const act of [send, requireNew]) expect(await act()).toEqual({ outcome: 'no-address' });
    expect((await test.visitor().signIn('ben', PASSWORD)).status).toBe(303);
    await test.sql('UPDATE users SET disabled_at = 1 WHERE username = $1', ['ada']);
    id = String((await test.sql('SELECT id FROM users WHERE username = $1', ['ada']))[0]?.['id']);
    for (const act of [send, requireNew]) expect(await act()).toEqual({ outcome: 'disabled' });
    id = 'nobody';
    for (const act of [send, requireNew]) expect(await act()).toEqual({ outcome: 'gone' });
    expect(await mailsOf(test)).toEqual([]);
  });
});
