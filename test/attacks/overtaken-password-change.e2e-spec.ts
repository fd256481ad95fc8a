import { DataSource } from 'typeorm';
import { localOrigin } from '../../src/audit/security-event.js';
import { Passwords } from '../../src/credentials/passwords.js';
import { PasswordHasher } from '../../src/crypto/password-hasher.js';
import { SessionList } from '../../src/sessions/session-list.js';
import { User } from '../../src/users/user.entity.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

const THIEFS = 'nine stolen lanterns glow';
const OWNERS = 'eleven honest kettles sing';

describe('a password change that is overtaken', () => {
  let test: TestApp;
  let people = 0;
  let user: User;

  beforeAll(async () => {
    test = await TestApp.start();
  });
  beforeEach(async () => {
    const id = await test.person(`Person${++people}`);
    user = await test.get(DataSource).manager.findOneByOrFail(User, { id });
    test.log.lines.length = 0;
  });
  afterEach(() => {
    expect(test.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
  afterAll(() => test.close());

  /** Somebody who knows the old password changes it; `work` is done before the new one is written. */
  async function changeWhile(work: () => Promise<unknown>) {
    const thief = await test.signedIn(user.username);
    const hasher = test.get(PasswordHasher);
    const hash = hasher.hash.bind(hasher);
    const fields = { current_password: PASSWORD, password: THIEFS, password_again: THIEFS };
    const token = await thief.csrf();
    hasher.hash = async password => {
      hasher.hash = hash;
      const made = await hash(password);
      await work();
      return made;
    };
    const answer = await thief.post('/account/password', { ...fields, _csrf: token });
    return { thief, answer };
  }

  const opens = async (password: string) =>
    (await test.visitor().arrive(user.username, password)).status === 303;

  it('by the owner’s own leaves the owner’s in place, and no session behind', async () => {
    const { thief, answer } = await changeWhile(() =>
      test.get(Passwords).set({ user, doubt: null, password: OWNERS }, localOrigin('owner')),
    );
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect((await thief.get('/session')).status).toBe(401);
    expect([await opens(OWNERS), await opens(THIEFS)]).toEqual([true, false]);
  });

  it('by disabling the account changes nothing, and lets nobody in', async () => {
    const { manager } = test.get(DataSource);
    const { thief, answer } = await changeWhile(() =>
      manager.update(User, user.id, { disabledAt: test.clock.now() }),
    );
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect((await thief.get('/session')).status).toBe(401);
    await manager.update(User, user.id, { disabledAt: null });
    expect([await opens(PASSWORD), await opens(THIEFS)]).toEqual([true, false]);
  });

  it('by ending its session changes nothing, and does not bring the session back', async () => {
    const { thief, answer } = await changeWhile(() =>
      test.get(SessionList).endAll(user.id, 'operator', localOrigin('owner')),
    );
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect((await thief.get('/session')).status).toBe(401);
    expect([await opens(PASSWORD), await opens(THIEFS)]).toEqual([true, false]);
  });

  it('by nobody goes through', async () => {
    const { thief, answer } = await changeWhile(() => Promise.resolve());
    expect(answer.status).toBe(303);
    expect((await thief.get('/session')).status).toBe(200);
    expect([await opens(PASSWORD), await opens(THIEFS)]).toEqual([false, true]);
  });
});
