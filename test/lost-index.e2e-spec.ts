import { AccountChange } from '../src/sessions/account-change.js';
import { Passwords } from '../src/credentials/passwords.js';
import { localOrigin } from '../src/audit/security-event.js';
import { minutes } from '../src/kernel/durations.js';
import { User } from '../src/users/user.entity.js';
import { opened } from './support/mailed-link.js';
import { mailsOf, mailTo } from './support/outbox.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const MAIL = 'ada@example.org';
const NEW = 'seven calm otters drift';

let test: TestApp;
let adaId: string;
beforeEach(async () => {
  test = await TestApp.start();
  await test.person('root', 'admin');
  adaId = await test.person('ada', 'user', MAIL);
});
afterEach(() => test.close());

const isIn = async (visitor: Visitor) => (await visitor.get('/session')).status === 200;
const apply = (change: Partial<User>) =>
  test.get(AccountChange).apply({
    userId: adaId,
    event: 'user_updated',
    origin: localOrigin('test'),
    change: async manager => ((await manager.update(User, { id: adaId }, change)).affected ?? 0) > 0,
  });

/** The ways in which all sessions of somebody end, or all but the one it is done from. */
const ENDINGS: readonly (readonly [string, (ada: Visitor) => Promise<unknown>, 'none' | 'own'])[] = [
  ['ends all others on the page of devices', ada => ada.postForm('/account/devices/end-others'), 'own'],
  [
    'changes the password',
    async ada => {
      const fields = { current_password: PASSWORD, password: NEW, password_again: NEW };
      expect((await ada.postForm('/account/password', fields)).status).toBe(303);
    },
    'own',
  ],
  [
    'resets the password by mail',
    async () => {
      await test.visitor().post('/forgot', { email: MAIL });
      const visitor = await opened(test, (await mailTo(test, MAIL, /Set a new password/)).link);
      const done = await visitor.post('/reset', { password: NEW, password_again: NEW });
      expect(done.location).toBe('/welcome');
    },
    'none',
  ],
  [
    'says "this was not me"',
    async () => {
      const notice = (await mailsOf(test)).find(({ subject }) => subject.includes('New sign-in'));
      const visitor = await opened(test, notice?.link ?? '');
      expect((await visitor.post('/not-me')).status).toBeLessThan(400);
    },
    'none',
  ],
  [
    'closes the account',
    async ada => expect((await ada.postForm('/account/close', { username: 'ada' })).status).toBe(303),
    'none',
  ],
  [
    'is given a new password',
    () => test.get(Passwords).set({ user: user(), doubt: null, password: NEW }, localOrigin('test')),
    'none',
  ],
  [
    'is disabled and enabled',
    async () => {
      await apply({ disabledAt: test.clock.now() });
      await test.stored.loseIndexes();
      await apply({ disabledAt: null });
    },
    'none',
  ],
  ['is given another role', () => apply({ role: 'admin' }), 'none'],
];
const user = () => ({ id: adaId, username: 'ada', email: MAIL });

describe('where Redis has lost the list of a person’s sessions', () => {
  it.each(ENDINGS)('no other session lives on when somebody %s', async (_, end, stays) => {
    const others = [await test.signedIn(), await test.signedIn()];
    const ada = await test.signedIn();
    await test.stored.loseIndexes();
    await end(ada);
    expect(await Promise.all(others.map(isIn))).toEqual([false, false]);
    expect(await isIn(ada)).toBe(stays === 'own');
    test.clock.pass(minutes(2));
    expect(await Promise.all(others.map(isIn))).toEqual([false, false]);
    expect(await isIn(ada)).toBe(stays === 'own');
  });

  it('the page of devices shows this one, says what it cannot show, and how to end it', async () => {
    const other = await test.signedIn();
    const ada = await test.signedIn();
    await test.stored.loseIndexes();
    const { body } = await ada.get('/account/devices');
    expect(body).toContain('this device');
    expect(body).toContain('End all others</button>');
    expect(/can’t list your other sessions right now/.test(body)).toBe(test.stores.kind.includes('redis'));
    await ada.postForm('/account/devices/end-others');
    expect((await ada.get('/account/devices')).body).toMatch(
      /(All|One) other sessions? (has|have) been ended\./,
    );
    expect([await isIn(other), await isIn(ada)]).toEqual([false, true]);
  });

  it('the page of devices says nothing of it while everything is listed', async () => {
    const ada = await test.signedIn();
    expect((await ada.get('/account/devices')).body).not.toMatch(/right now|End all others/);
  });

  it('the download of one’s data has at least this session, and says that it may not be all', async () => {
    const ada = await test.signedIn();
    await test.stored.loseIndexes();
    const data = JSON.parse((await ada.get('/account/data')).body);
    expect(data.sessions).toHaveLength(1);
    expect('otherSessions' in data).toBe(test.stores.kind.includes('redis'));
  });

  it('this session can still be ended from its own page', async () => {
    const ada = await test.signedIn();
    await test.stored.loseIndexes();
    const [, own = ''] =
      /\/account\/devices\/([\w-]+)\/end"/.exec((await ada.get('/account/devices')).body) ?? [];
    await ada.postForm(`/account/devices/${own}/end`);
    expect(await isIn(ada)).toBe(false);
  });
});
