import { localOrigin } from '../../src/audit/security-event.js';
import { Passwords } from '../../src/credentials/passwords.js';
import { PasswordHasher } from '../../src/crypto/password-hasher.js';
import { Transaction } from '../../src/database/transaction.js';
import { Unavailable } from '../../src/kernel/unavailable.js';
import { SessionStore } from '../../src/sessions/session-store.js';
import { User } from '../../src/users/user.entity.js';
import { DataSource } from 'typeorm';
import { PASSWORD, TestApp } from '../support/test-app.js';

const MAX_SESSIONS = 20;

describe('things that happen at once', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await TestApp.start({ TRUST_PROXY: 'loopback' });
  });
  beforeEach(() => test.stored.clearSessions());
  afterAll(() => test.close());

  const sessionsOf = async (id: string) =>
    (await test.stored.sessions()).filter(({ userId }) => userId === id);
  const manager = () => test.get(DataSource).manager;

  /** Lets `work` happen after the password was found right and before there is a session. */
  function duringTheNextVerification(work: () => Promise<unknown>): void {
    const hasher = test.get(PasswordHasher);
    const verify = hasher.verify.bind(hasher);
    hasher.verify = async (password, encoded) => {
      hasher.verify = verify;
      const right = await verify(password, encoded);
      await work();
      return right;
    };
  }

  const OVERTAKEN: Record<string, (user: User) => Promise<unknown>> = {
    'the password is changed': user =>
      test.get(Passwords).set({ user, doubt: null, password: 'seven slow rivers bend' }, localOrigin('test')),
    'the account is disabled': ({ id }) => manager().update(User, { id }, { disabledAt: test.clock.now() }),
    'the account is deleted': ({ id }) => manager().delete(User, { id }),
    'the password is taken away': ({ id }) => manager().update(User, { id }, { passwordHash: null }),
  };

  it.each(Object.keys(OVERTAKEN))('sign nobody in when %s while it is being verified', async what => {
    const name = `Overtaken${Object.keys(OVERTAKEN).indexOf(what)}`;
    const id = await test.person(name);
    const user = await manager().findOneByOrFail(User, { id });
    test.log.lines.length = 0;
    duringTheNextVerification(() => OVERTAKEN[what]?.(user) ?? Promise.reject(new Error(what)));
    const visitor = test.visitor();
    const answer = await visitor.arrive(name, PASSWORD);
    expect([answer.status, answer.setCookies]).toEqual([422, []]);
    expect(await sessionsOf(id)).toEqual([]);
    expect((await visitor.get('/session')).status).toBe(401);
    expect(test.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('leave another person’s session in the same browser as it was when the sign-in is overtaken', async () => {
    await test.person('Before');
    const id = await test.person('After');
    const visitor = await test.signedIn('Before');
    const cookie = visitor.cookies.get('gatehouse');
    duringTheNextVerification(() => manager().update(User, { id }, { disabledAt: test.clock.now() }));
    expect((await visitor.arrive('After', PASSWORD)).status).toBe(422);
    expect(visitor.cookies.get('gatehouse')).toBe(cookie);
    expect(JSON.parse((await visitor.get('/session')).body).user.username).toBe('Before');
  });

  it('sign nobody in after all when the session could not be kept at first', async () => {
    const id = await test.person('Unlucky');
    const store = test.get(SessionStore);
    const insert = store.insert.bind(store);
    store.insert = () => {
      store.insert = insert;
      return Promise.reject(new Unavailable('The store is away for a moment.'));
    };
    const answer = await test.visitor().signIn('Unlucky', PASSWORD);
    expect([answer.status, answer.setCookies]).toEqual([503, []]);
    expect(answer.headers['retry-after']).toMatch(/^\d+$/);
    await test.get(Transaction).settled();
    expect(await sessionsOf(id)).toEqual([]);
  });

  it('never make more than twenty sessions of one person', async () => {
    const id = await test.person('Many');
    for (let turn = 0; turn < MAX_SESSIONS; turn++) await test.signedIn('Many');
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async (_, turn) => {
        const fields = { username: 'Many', password: PASSWORD };
        const headers = { 'x-forwarded-for': `203.0.113.${turn + 100}` };
        return (await test.visitor().insist('/login', fields, headers)).status;
      }),
    );
    expect(statuses).toEqual(Array.from({ length: 20 }, () => 303));
    expect(await sessionsOf(id)).toHaveLength(MAX_SESSIONS);
  });

  it('never give more tries at a password than one after the other', async () => {
    await test.person('Guessed');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, turn) =>
        test
          .visitor()
          .insist(
            '/login',
            { username: 'Guessed', password: `guess ${turn}` },
            { 'x-forwarded-for': '203.0.113.9' },
          ),
      ),
    );
    const verified = answers.filter(({ status }) => status === 422);
    expect(verified).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(15);
  });

  it('end a session once: twenty sign-outs, all answered, one event', async () => {
    await test.person('Leaving');
    const visitor = await test.signedIn('Leaving');
    const token = await visitor.csrf();
    test.log.lines.length = 0;
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => visitor.copy().insist('/logout', { _csrf: token })),
    );
    expect(answers.every(({ status }) => status === 303)).toBe(true);
    expect(test.log.events('session_ended')).toHaveLength(1);
  });

  it('leave one session when one browser signs in twenty times over', async () => {
    const id = await test.person('Impatient');
    const visitor = await test.signedIn('Impatient');
    const stale = visitor.copy();
    await Promise.all(Array.from({ length: 20 }, () => visitor.copy().signIn('Impatient', PASSWORD)));
    expect((await stale.get('/session')).status).toBe(401);
    expect((await sessionsOf(id)).length).toBeLessThanOrEqual(MAX_SESSIONS);
  });
});
