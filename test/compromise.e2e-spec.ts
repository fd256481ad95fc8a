import type { EntityManager } from 'typeorm';
import { localOrigin, type SecurityEvent } from '../src/audit/security-event.js';
import { type AtCompromise, Compromise } from '../src/credentials/compromise.js';
import { OneTimeTokens, type TokenPurpose } from '../src/credentials/one-time-tokens.js';
import { Passwords } from '../src/credentials/passwords.js';
import { Transaction } from '../src/database/transaction.js';
import { days } from '../src/kernel/durations.js';
import { LostFactors } from '../src/second-factor/lost-factors.js';
import { UsersService } from '../src/users/users.service.js';
import { opened } from './support/mailed-link.js';
import { mailsOf, mailTo } from './support/outbox.js';
import { answerStep, enrol, toSecondStep } from './support/second-factor.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const MAIL = 'ada@example.org';
const EVIL = 'eve@evil.test';
const NEW = 'seven calm otters drift';
const fields = { password: NEW, password_again: NEW };

let test: TestApp;
let adaId: string;
/** Somebody who is signed in as Ada. */
let eve: Visitor;
/** The page of the link that a notice brought to Ada's address. */
let notice: Visitor;
/** When it did. */
let noticed: number;

beforeEach(async () => {
  test = await TestApp.start();
  adaId = await test.person('ada', 'user', MAIL);
  await test.signedIn();
  eve = await test.signedIn();
  noticed = test.clock.now();
  notice = await opened(test, (await mailTo(test, MAIL, /New sign-in/)).link);
  test.clock.pass(1);
});
afterEach(() => test.close());

const issue = (purpose: TokenPurpose, address: string, details = {}) =>
  test
    .get(Transaction)
    .run(manager =>
      test.get(OneTimeTokens).issue(manager, { purpose, subject: adaId, address, details, replaces: false }),
    );
const isGood = async (token: string, purpose: TokenPurpose) =>
  (await test.get(OneTimeTokens).look(token, purpose)) !== null;
const address = async () => (await test.get(UsersService).findById(adaId))?.email;

/** Each way to say that an account may be in the wrong hands. */
const WAYS = {
  'not-me': async () => expect((await notice.post('/not-me')).status).toBe(303),
  reset: async () => {
    await test.visitor().post('/forgot', { email: (await address()) ?? '' });
    const mails = (await mailsOf(test)).filter(({ subject }) => subject.startsWith('Set a new password'));
    const page = await opened(test, mails.at(-1)!.link);
    expect((await page.post('/reset', fields)).status).toBe(303);
  },
  'operator-reset': async () => {
    const user = (await test.get(UsersService).findById(adaId))!;
    const doubt = { kind: 'operator-reset', since: null, openedAt: null } as const;
    const set = { user, password: NEW, doubt };
    expect((await test.get(Passwords).set(set, localOrigin('command line'))).outcome).toBe('changed');
  },
} as const;
const KINDS = Object.keys(WAYS) as (keyof typeof WAYS)[];

/** What it says of that. */
const THING_ENDED: SecurityEvent = { event: 'token_ended', outcome: 'success', userId: null, session: null };

/** What a capability of tomorrow keeps: a row that names the person. */
const keep = (manager: EntityManager, name: string) =>
  manager.query('INSERT INTO probes (name, mark) VALUES ($1, $2)', [name, adaId]);
const kept = () => test.sql<{ name: string }>('SELECT name FROM probes WHERE mark = $1', [adaId]);

describe.each(KINDS)('after %s', kind => {
  it('no session is left, and the old password is worth nothing', async () => {
    await WAYS[kind]();
    expect((await eve.get('/welcome')).status).toBe(303);
    expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(422);
  });

  it('no link to reset or to change the address is good that was on its way', async () => {
    const reset = await issue('reset', MAIL);
    const change = await issue('email-change', EVIL, { from: MAIL });
    await WAYS[kind]();
    expect([await isGood(reset, 'reset'), await isGood(change, 'email-change')]).toEqual([false, false]);
  });

  it('a changed address, and notices that went there, are taken back where the owner says from when', async () => {
    await eve.postForm('/account/email', { email: EVIL });
    const { link } = await mailTo(test, EVIL, /Confirm your new address/);
    expect((await (await opened(test, link)).post('/verify')).status).toBe(303);
    test.clock.pass(1);
    const elsewhere = await issue('not-me', EVIL);
    await WAYS[kind]();
    const takenBack = kind === 'not-me';
    expect(await address()).toBe(takenBack ? MAIL : EVIL);
    expect(await isGood(elsewhere, 'not-me')).toBe(!takenBack);
  });

  it('what a capability has added is ended, told by whom and since when', async () => {
    const asked: unknown[] = [];
    test.get(Compromise).add('things of tomorrow', async (manager, userId, ...why) => {
      asked.push([userId, ...why]);
      await manager.query('DELETE FROM probes WHERE mark = $1', [userId]);
      return [THING_ENDED];
    });
    await test.get(Transaction).run(manager => keep(manager, 'a thing'));
    await WAYS[kind]();
    expect(asked).toEqual([[adaId, kind, kind === 'not-me' ? noticed : null]]);
    expect(await kept()).toEqual([]);
    expect(test.log.events('token_ended')).toHaveLength(1);
  });

  it('nothing is changed where a capability fails: what it did itself is undone, too', async () => {
    const reset = await issue('email-change', EVIL, { from: MAIL });
    let calls = 0;
    const failing: AtCompromise = async manager => {
      calls += 1;
      await keep(manager, 'half a thing');
      throw new Error('no such thing');
    };
    test.get(Compromise).add('things of tomorrow', failing);
    await WAYS[kind]().catch(() => undefined);
    expect(calls).toBe(1);
    expect(await kept()).toEqual([]);
    expect(await isGood(reset, 'email-change')).toBe(true);
    expect((await eve.get('/welcome')).status).toBe(200);
    expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(303);
    expect(test.log.events('authn_not_me')).toEqual([]);
    expect(test.log.events('user_email_confirmed')).toEqual([]);
  });

  it('what a capability did is undone where the rest cannot be kept', async () => {
    test
      .get(Compromise)
      .add('things of tomorrow', manager => keep(manager, 'a thing').then(() => [THING_ENDED]));
    test.get(Compromise).add('things that fail', () => Promise.reject(new Error('no such thing')));
    await WAYS[kind]().catch(() => undefined);
    expect(await kept()).toEqual([]);
    expect(test.log.events('token_ended')).toEqual([]);
  });
});

describe('“not me” that cannot be kept', () => {
  it('suspends no factor, and no event says that it did', async () => {
    const phone = await enrol(test, eve);
    test.clock.pass(days(1));
    await test.get(LostFactors).reset(adaId, false, localOrigin('command line'));
    test.get(Compromise).add('things that fail', () => Promise.reject(new Error('no such thing')));
    await WAYS['not-me']().catch(() => undefined);
    const told = ['authn_not_me', 'authn_factor_suspended', 'authn_factor_reset_cancel', 'session_ended'];
    expect(
      told.flatMap(name => test.log.events(name)).filter(({ reason }) => reason !== 'authn_factor_added'),
    ).toEqual([]);
    const owner = test.visitor();
    const page = await toSecondStep(owner);
    expect((await answerStep(owner, page, { code: phone.fresh() })).location).toBe('/welcome');
  });
});

describe('what capabilities have added', () => {
  it('is not ended by the owner’s own new password, which ends other sessions and links', async () => {
    let calls = 0;
    test.get(Compromise).add('things of tomorrow', () => {
      calls += 1;
      return Promise.resolve([]);
    });
    const reset = await issue('reset', MAIL);
    const owner = await test.signedIn();
    const form = { current_password: PASSWORD, ...fields };
    expect((await owner.postForm('/account/password', form)).location).toBe('/account');
    expect([calls, await isGood(reset, 'reset')]).toEqual([0, false]);
    expect((await eve.get('/welcome')).status).toBe(303);
    expect((await owner.get('/welcome')).status).toBe(200);
  });

  it('has a name of its own', () => {
    const compromise = test.get(Compromise);
    compromise.add('things of tomorrow', () => Promise.resolve([]));
    expect(() => compromise.add('things of tomorrow', () => Promise.resolve([]))).toThrow(
      '"things of tomorrow"',
    );
  });
});
