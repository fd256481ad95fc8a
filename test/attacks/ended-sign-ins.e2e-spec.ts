import type { EntityManager } from 'typeorm';
import { localOrigin } from '../../src/audit/security-event.js';
import { Transaction } from '../../src/database/transaction.js';
import { days } from '../../src/kernel/durations.js';
import { AccountChange } from '../../src/sessions/account-change.js';
import { SessionList } from '../../src/sessions/session-list.js';
import { MAX_SESSIONS } from '../../src/sessions/session-policy.js';
import type { EndedSignIn, EndReason } from '../../src/sessions/sign-in-end.js';
import { SessionStore } from '../../src/sessions/session-store.js';
import { SignInReaper } from '../../src/sessions/sign-in-reaper.js';
import { SignIns } from '../../src/sessions/sign-ins.js';
import { User } from '../../src/users/user.entity.js';
import { opened } from '../support/mailed-link.js';
import { mailTo } from '../support/outbox.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import type { Visitor } from '../support/visitor.js';

const NEW = 'seven calm otters drift';
const OPERATOR = localOrigin('test');

/** Somebody whose sign-in on one machine is to end, and their other one. */
interface Somebody {
  readonly id: string;
  readonly name: string;
  readonly mail: string;
  readonly lost: Visitor;
  readonly other: Visitor;
}

let test: TestApp;
let people = 0;

/** What a capability would do that has made something from the sign-in. */
let hook:
  ((manager: EntityManager, ended: readonly EndedSignIn[], reason: EndReason) => Promise<void>) | null;

beforeAll(async () => {
  test = await TestApp.start();
  await test.sql('CREATE TABLE children (sign_in text, reason text)');
  test.get(SignIns).onEnd((manager, ended, reason) => hook?.(manager, ended, reason) ?? Promise.resolve());
});
beforeEach(() => {
  hook = null;
});
afterAll(() => test.close());

async function somebody(): Promise<Somebody> {
  const name = `person${++people}`;
  const mail = `${name}@example.org`;
  const id = await test.person(name, 'user', mail);
  const [lost, other] = [await test.signedIn(name), await test.signedIn(name)];
  return { id, name, mail, lost, other };
}

const nameOf = async (visitor: Visitor): Promise<string> =>
  (JSON.parse((await visitor.get('/session')).body) as { session: { publicId: string } }).session.publicId;

const isIn = async (visitor: Visitor): Promise<boolean> => (await visitor.get('/session')).status === 200;

/** Every way in which a sign-in ends, and the reason that stands with it. Each may throw, or answer that it failed. */
const WAYS: Record<string, [reason: EndReason, way: (person: Somebody, name: string) => Promise<unknown>]> = {
  'its person signs out': ['sign-out', ({ lost }) => lost.copy().postForm('/logout')],
  'its person ends it from another device': [
    'revoked',
    ({ other }, name) => other.postForm(`/account/devices/${name}/end`),
  ],
  'its person ends all others': ['revoked', ({ other }) => other.postForm('/account/devices/end-others')],
  'its person changes the password elsewhere': [
    'authn_password_change',
    ({ other }) =>
      other.postForm('/account/password', {
        ...{ current_password: PASSWORD, password: NEW, password_again: NEW },
      }),
  ],
  'its person sets a password by a mailed link': [
    'authn_password_change',
    async ({ mail }) => {
      await test.visitor().post('/forgot', { email: mail });
      const { link } = await mailTo(test, mail, /Set a new password|Reset/i);
      return (await opened(test, link)).post('/reset', { password: NEW, password_again: NEW });
    },
  ],
  'its person says that a sign-in was not them': [
    'authn_not_me',
    async ({ mail }) => {
      const { link } = await mailTo(test, mail, /New sign-in/);
      return (await opened(test, link)).post('/not-me');
    },
  ],
  'its person closes the account': [
    'user_deleted',
    ({ other, name }) => other.postForm('/account/close', { username: name }),
  ],
  'an operator disables the account': [
    'user_disabled',
    ({ id }) =>
      test.get(AccountChange).apply({
        userId: id,
        event: 'user_disabled',
        origin: OPERATOR,
        change: async manager =>
          (await manager.update(User, { id }, { disabledAt: test.clock.now() })).affected === 1,
      }),
  ],
  'an operator ends it': ['operator', ({ id }) => test.get(SessionList).endAll(id, 'operator', OPERATOR)],
  'there are too many': [
    'cap',
    async ({ name }) => {
      test.clock.pass(1000);
      for (let n = 0; n < MAX_SESSIONS; n++) await test.visitor().arrive(name, PASSWORD);
    },
  ],
  'somebody signs in anew in its browser': [
    'replaced',
    ({ lost, name }) => lost.copy().arrive(name, PASSWORD),
  ],
  'somebody else signs in in its browser': [
    'replaced',
    async ({ lost }) => lost.copy().arrive((await somebody()).name, PASSWORD),
  ],
  'a clock runs out': [
    'expired',
    async () => {
      test.clock.pass(days(2));
      await test.get(SignInReaper).run();
    },
  ],
};

/** Runs the way; what it throws is nothing here. */
const tried = (way: Promise<unknown>): Promise<unknown> => way.catch(() => null);

/** Keeps a row beside the sign-in, as a capability would that ends what it made. */
const keepRows = async (manager: EntityManager, ended: readonly EndedSignIn[], reason: EndReason) => {
  for (const { id } of ended) await manager.query(`INSERT INTO children VALUES ('${id}', '${reason}')`);
};

describe.each(Object.entries(WAYS))('a sign-in that ends because %s', (way, [reason, end]) => {
  it('ends with its session and all that hangs on it, and says why', async () => {
    const person = await somebody();
    const name = await nameOf(person.lost);
    hook = keepRows;
    await end(person, name);
    expect(await isIn(person.lost)).toBe(false);
    expect(await test.sql('SELECT reason FROM children WHERE sign_in = $1', [name])).toEqual([{ reason }]);
    const rows = await test.sql<{ ended_at: number; end_reason: string }>(
      'SELECT ended_at, end_reason FROM sign_ins WHERE id = $1',
      [name],
    );
    // Of somebody whose account is deleted nothing is left.
    if (reason === 'user_deleted') expect(rows).toEqual([]);
    else expect(rows).toEqual([{ ended_at: test.clock.now(), end_reason: reason }]);
  });

  it.each(['what hangs on it cannot end', 'the transaction is not kept'])(
    'is ended as a whole or not at all where %s',
    async failure => {
      const person = await somebody();
      const name = await nameOf(person.lost);
      let broke = false;
      hook = async (manager, ended, why) => {
        await keepRows(manager, ended, why);
        const isLost = ended.some(({ id }) => id === name);
        broke ||= isLost;
        if (isLost && failure.startsWith('what')) throw new Error('What hangs on it stays.');
      };
      const transaction = test.get(Transaction);
      const run = transaction.run.bind(transaction);
      transaction.run = (work, whose) =>
        run(async manager => {
          const done = await work(manager);
          if (broke) throw new Error('The connection broke at COMMIT.');
          return done;
        }, whose);
      try {
        await tried(end(person, name));
        expect(broke).toBe(true);
      } finally {
        transaction.run = run;
      }
      expect(await test.sql('SELECT reason FROM children WHERE sign_in = $1', [name])).toEqual([]);
      const rows = await test.sql('SELECT ended_at FROM sign_ins WHERE id = $1', [name]);
      expect(rows).toEqual([{ ended_at: null }]);
      // What Redis has ended stays so; in the database the session was brought back with all the rest.
      const staysIn = test.config.redis === null && way !== 'a clock runs out';
      expect(await isIn(person.lost)).toBe(staysIn);
    },
  );
});

describe('a sign-in that goes on', () => {
  const rowOf = async (name: string) =>
    (await test.sql<Record<string, unknown>>('SELECT * FROM sign_ins WHERE id = $1', [name]))[0];

  it.each([
    ['the password is confirmed', (visitor: Visitor) => visitor.postForm('/confirm', { password: PASSWORD })],
    [
      'the password is changed',
      (visitor: Visitor) =>
        visitor.postForm('/account/password', {
          ...{ current_password: PASSWORD, password: NEW, password_again: NEW },
        }),
    ],
  ])('keeps its name when %s, and the id before is dead', async (_, prove) => {
    const { lost: visitor } = await somebody();
    const thief = visitor.copy();
    const name = await nameOf(visitor);
    const before = await rowOf(name);
    test.clock.pass(1000);
    hook = keepRows;
    expect((await prove(visitor)).status).toBe(303);
    expect(await nameOf(visitor)).toBe(name);
    expect(await isIn(thief)).toBe(false);
    const after = await rowOf(name);
    expect(after).toMatchObject({
      began_at: before?.['began_at'],
      proved_at: test.clock.now(),
      ended_at: null,
    });
    expect(after?.['session_id_hash']).not.toBe(before?.['session_id_hash']);
    expect(await test.sql('SELECT reason FROM children WHERE sign_in = $1', [name])).toEqual([]);
  });

  it('goes on once where two tabs confirm the password at once', async () => {
    const { lost: visitor } = await somebody();
    const name = await nameOf(visitor);
    const tabs = Array.from({ length: 8 }, () => visitor.copy());
    const token = await visitor.csrf();
    await Promise.all(
      tabs.map((tab, n) =>
        tab.post('/confirm', { password: PASSWORD, _csrf: token, return_to: `/account?${n}` }),
      ),
    );
    const live = [];
    for (const tab of tabs) if (await isIn(tab)) live.push(await nameOf(tab));
    expect(live).toEqual([name]);
  });

  it('is refused under every id but the one it has now', async () => {
    const { lost: visitor } = await somebody();
    const name = await nameOf(visitor);
    await test.sql(`UPDATE sign_ins SET session_id_hash = 'another' WHERE id = '${name}'`);
    expect(await isIn(visitor)).toBe(false);
  });

  it('is refused once it has ended, though a store may bring its session back', async () => {
    const { lost: visitor } = await somebody();
    await test.sql(`UPDATE sign_ins SET ended_at = 1 WHERE id = '${await nameOf(visitor)}'`);
    expect(await isIn(visitor)).toBe(false);
  });

  it('is not ended by the clock while somebody uses it', async () => {
    const { lost: visitor } = await somebody();
    const name = await nameOf(visitor);
    for (let n = 0; n < 4; n++) {
      test.clock.pass(30 * 60_000);
      expect(await isIn(visitor)).toBe(true);
      await test.get(SignInReaper).run();
    }
    expect(await rowOf(name)).toMatchObject({ ended_at: null });
  });
});

describe('a session without a sign-in', () => {
  it('gets one when somebody comes back with it, of the name it has, once', async () => {
    const { lost: visitor, id } = await somebody();
    const name = await nameOf(visitor);
    const before = (await test.sql(`SELECT * FROM sign_ins WHERE id = '${name}'`))[0];
    await test.sql(`DELETE FROM sign_ins WHERE user_id = '${id}'`);
    const all = await Promise.all(Array.from({ length: 10 }, () => isIn(visitor.copy())));
    expect(all).toEqual(Array.from({ length: 10 }, () => true));
    expect(await test.sql(`SELECT * FROM sign_ins WHERE user_id = '${id}'`)).toEqual([before]);
  });

  it('gets none where all of the person’s are ended at the same time', async () => {
    const { lost: visitor, id } = await somebody();
    await test.sql(`DELETE FROM sign_ins WHERE user_id = '${id}'`);
    await Promise.all([isIn(visitor), test.get(SessionList).endAll(id, 'operator', OPERATOR), isIn(visitor)]);
    expect(await isIn(visitor)).toBe(false);
    expect(await test.sql(`SELECT id FROM sign_ins WHERE user_id = '${id}' AND ended_at IS NULL`)).toEqual(
      [],
    );
  });
});

describe('a sign-in whose session a node of the version before ended', () => {
  it('is not live from then on, and ends by the clock', async () => {
    const { lost: visitor } = await somebody();
    const name = await nameOf(visitor);
    const [row] = await test.sql<{ hash: string }>(
      `SELECT session_id_hash AS hash FROM sign_ins WHERE id = '${name}'`,
    );
    await test.get(SessionStore).delete(row!.hash);
    expect(await isIn(visitor)).toBe(false);
    hook = keepRows;
    test.clock.pass(days(2));
    await test.get(SignInReaper).run();
    const told = await test.sql('SELECT reason FROM children WHERE sign_in = $1', [name]);
    expect(told).toEqual([{ reason: 'expired' }]);
  });
});

describe('sign-ins that have ended', () => {
  it('are cleared away when their session would have ended by itself, not before', async () => {
    const { lost: visitor, id } = await somebody();
    await visitor.postForm('/logout');
    const reaper = test.get(SignInReaper);
    const left = async () => (await test.sql(`SELECT id FROM sign_ins WHERE user_id = '${id}'`)).length;
    await reaper.sweep(test.clock.now() + days(1) - 1, 500);
    expect(await left()).toBe(2);
    await reaper.sweep(test.clock.now() + days(1), 500);
    expect(await left()).toBe(1);
  });
});
