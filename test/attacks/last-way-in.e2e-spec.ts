import { DataSource } from 'typeorm';
import { ChangeFactors } from '../../src/auth/change-factors.js';
import { isPostgres } from '../../src/database/locks.js';
import { Transaction } from '../../src/database/transaction.js';
import { minutes } from '../../src/kernel/durations.js';
import { Factors, type Loss } from '../../src/second-factor/factors.js';
import { Crowd } from '../support/crowd.js';
import { mailsOf } from '../support/outbox.js';
import { answerStep, enrol, makeCodes, toSecondStep } from '../support/second-factor.js';
import { addPasskey, signInByPasskey, SoftwareAuthenticator } from '../support/software-authenticator.js';
import { TestApp } from '../support/test-app.js';
import type { Visitor } from '../support/visitor.js';

const CLICKS = 20;
const APP = '/account/security/authenticator/remove';

let test: TestApp;
let adaId: string;
let ada: Visitor;
let key: SoftwareAuthenticator;

/** Somebody with an authenticator app and a passkey; administrators must have a factor. */
async function begin(role: 'user' | 'admin'): Promise<void> {
  test = await TestApp.start({ SECOND_FACTOR: 'admins' });
  adaId = await test.person('ada', role, 'ada@example.org');
  ada = await test.signedIn();
  await enrol(test, ada);
  key = await withKey();
}
afterEach(() => test.close());

async function withKey(): Promise<SoftwareAuthenticator> {
  const made = new SoftwareAuthenticator();
  expect((await addPasskey(ada, made)).status).toBe(303);
  return made;
}
const withoutPassword = () => test.sql('UPDATE users SET password_hash = NULL');
const removalsOf = async () =>
  (await test.sql<{ id: string }>('SELECT id FROM passkeys')).map(
    ({ id }) => `/account/security/passkeys/${id}/remove`,
  );
const left = async () =>
  Promise.all(
    ['authenticators', 'passkeys'].map(
      async table => (await test.sql(`SELECT user_id FROM ${table} WHERE suspended_at IS NULL`)).length,
    ),
  );

/**
 * Each of twenty clicks, from several browsers, has been let to the removal before the first one removes: nothing but the
 * lock on the person keeps them apart.
 */
async function removeAtOnce(...addresses: string[]): Promise<void> {
  const browsers = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const visitor = test.visitor();
      expect((await signInByPasskey(visitor, key)).location).toBe('/welcome');
      return { visitor, _csrf: await visitor.csrf() };
    }),
  );
  Crowd.at(test.get(ChangeFactors), 'remove', CLICKS);
  decideTogether();
  const clicks = Array.from({ length: CLICKS }, (_, n) => {
    const { visitor, _csrf } = browsers[n % browsers.length]!;
    // Each from another browser, so that none is the second of two clicks.
    const address = addresses[n % addresses.length]!;
    return visitor.copy().insist(address, { _csrf }, { 'user-agent': `browser ${n}` });
  });
  await Promise.all(clicks);
}

/**
 * On PostgreSQL transactions run side by side: whoever may remove something goes on once others may, too, or have to wait
 * for a lock. On SQLite they come one after the other, whatever is locked.
 */
function decideTogether(): void {
  if (!isPostgres(test.get(DataSource).manager)) return;
  const factors = test.get(Factors);
  const real = factors.mayLose.bind(factors);
  let decided = 0;
  factors.mayLose = async (...given) => {
    const may = await real(...given);
    decided += 1;
    while (decided < 5 && (await waitingForLocks()) === 0);
    return may;
  };
}
const waitingForLocks = async () =>
  (
    await test.sql(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    )
  ).length;
const removals = async () =>
  (await mailsOf(test)).filter(({ subject }) => /was removed/.test(subject)).length;

describe('the last two ways in, removed by twenty clicks at once', () => {
  it('an app and a passkey, and no password: the passkey stays, which is a way in', async () => {
    await begin('user');
    await withoutPassword();
    await removeAtOnce(APP, ...(await removalsOf()));
    expect(await left()).toEqual([0, 1]);
    expect(await removals()).toBe(1);
    expect((await signInByPasskey(test.visitor(), key)).location).toBe('/welcome');
  });

  it('two passkeys, and no password: one stays', async () => {
    await begin('user');
    await withKey();
    await withoutPassword();
    await ada.post(APP, { _csrf: await ada.csrf() });
    await removeAtOnce(...(await removalsOf()));
    expect(await left()).toEqual([0, 1]);
  });

  it('an app and a passkey of somebody who must have a factor: one of them stays', async () => {
    await begin('admin');
    await removeAtOnce(APP, ...(await removalsOf()));
    const [apps = 0, keys = 0] = await left();
    expect(apps + keys).toBe(1);
    expect(await removals()).toBe(1);
  });

  it('an app and a passkey of somebody who may do without: the password stays, and opens the account', async () => {
    await begin('user');
    await removeAtOnce(APP, ...(await removalsOf()));
    expect([await left(), await removals()]).toEqual([[0, 0], 2]);
    expect((await test.signedIn()).cookies.size).toBeGreaterThan(0);
  });
});

describe('what somebody may lose', () => {
  const mayLose = (loss: Loss) =>
    test.get(Transaction).run(manager => test.get(Factors).mayLose(manager, adaId, loss));
  const ONE_APP = { inForce: 1, alone: 0 };
  const ONE_KEY = { inForce: 1, alone: 1 };
  const BOTH = { inForce: 2, alone: 1 };

  it('is each factor as long as the password is there', async () => {
    await begin('user');
    expect([await mayLose(ONE_APP), await mayLose(ONE_KEY), await mayLose(BOTH)]).toEqual([
      'yes',
      'yes',
      'yes',
    ]);
  });

  it('is not the last factor of who must have one', async () => {
    await begin('admin');
    expect([await mayLose(ONE_APP), await mayLose(ONE_KEY), await mayLose(BOTH)]).toEqual([
      'yes',
      'yes',
      'last-factor',
    ]);
  });

  it('is not the passkey, where there is no password: neither app nor recovery codes are a way in alone', async () => {
    await begin('user');
    await makeCodes(ada);
    await withoutPassword();
    expect([await mayLose(ONE_APP), await mayLose(ONE_KEY)]).toEqual(['yes', 'last-way-in']);
  });

  it('is not the passkey beside one that is suspended: that opens nothing', async () => {
    await begin('user');
    await withKey();
    await withoutPassword();
    expect(await mayLose(ONE_KEY)).toBe('yes');
    const [row] = await test.sql<{ id: string }>('SELECT id FROM passkeys');
    await test.sql(`UPDATE passkeys SET suspended_at = ${test.clock.now()} WHERE id = '${row!.id}'`);
    expect(await mayLose(ONE_KEY)).toBe('last-way-in');
  });

  it('is nothing of somebody who is gone', async () => {
    await begin('user');
    await test.sql('DELETE FROM users');
    expect(await mayLose(ONE_APP)).toBe('last-way-in');
  });

  it('is asked for again after a while: a session that is left open removes nothing', async () => {
    await begin('user');
    test.clock.pass(minutes(11));
    const answer = await ada.post(APP, { _csrf: await ada.csrf() });
    expect([answer.location?.split('?')[0], await left()]).toEqual(['/confirm', [1, 1]]);
  });
});

describe('a suspended factor, which may be an intruder’s', () => {
  it.each([
    ['passkey', async () => (await removalsOf())[0] ?? ''],
    ['authenticator', () => Promise.resolve(APP)],
  ])('is removed by an administrator who has no other: the %s', async (kind, where) => {
    test = await TestApp.start({ SECOND_FACTOR: 'admins' });
    await test.person('ada', 'admin', 'ada@example.org');
    ada = await test.signedIn();
    if (kind === 'passkey') await withKey();
    else await enrol(test, ada);
    await test.sql(`UPDATE ${kind}s SET suspended_at = 1`);
    await test.sql('UPDATE users SET second_factor_at = NULL');
    const owner = await test.signedIn();
    expect((await owner.postForm(await where())).status).toBe(303);
    expect(await test.sql(`SELECT * FROM ${kind}s`)).toEqual([]);
  });
});

describe('recovery codes', () => {
  const codesLeft = async () => (await test.sql('SELECT * FROM recovery_codes')).length;

  it('go with the last factor: one of before is no second step beside a new factor', async () => {
    await begin('user');
    const [recovery_code = ''] = await makeCodes(ada);
    await ada.postForm(APP);
    expect(await codesLeft()).toBe(10);
    await ada.postForm((await removalsOf())[0] ?? '');
    expect(await codesLeft()).toBe(0);
    await withKey();
    const thief = test.visitor();
    const answer = await answerStep(thief, await toSecondStep(thief), { recovery_code });
    expect(answer.status).toBe(422);
  });

  it('go with the last one that is in force, also where a suspended one is still there', async () => {
    await begin('user');
    await makeCodes(ada);
    await test.sql('UPDATE passkeys SET suspended_at = 1');
    await ada.postForm(APP);
    expect(await codesLeft()).toBe(0);
  });

  it('stay where a suspended factor is removed and another one is in force', async () => {
    await begin('user');
    await makeCodes(ada);
    await test.sql('UPDATE passkeys SET suspended_at = 1');
    await ada.postForm((await removalsOf())[0] ?? '');
    expect(await codesLeft()).toBe(10);
  });
});
