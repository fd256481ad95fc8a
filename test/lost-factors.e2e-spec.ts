import { localOrigin } from '../src/audit/security-event.js';
import { Sweeper } from '../src/database/sweeper.js';
import { days, hours, minutes } from '../src/kernel/durations.js';
import { Transaction } from '../src/database/transaction.js';
import { LostFactors } from '../src/second-factor/lost-factors.js';
import { ResetCodes } from '../src/second-factor/reset-codes.js';
import { MOST_TRIES } from '../src/second-factor/sign-in-steps.js';
import { AccountChange } from '../src/sessions/account-change.js';
import { User } from '../src/users/user.entity.js';
import { opened } from './support/mailed-link.js';
import { mailsOf, mailTo } from './support/outbox.js';
import {
  answerStep,
  enrol,
  fieldOf,
  makeCodes,
  Phone,
  secretOn,
  toSecondStep,
} from './support/second-factor.js';
import { addPasskey, signInByPasskey, SoftwareAuthenticator } from './support/software-authenticator.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const MAIL = 'ada@example.org';
const BY = localOrigin('command line, test');

let test: TestApp;
let adaId: string;
let ada: Visitor;
let phone: Phone;
beforeEach(async () => {
  test = await TestApp.start();
  adaId = await test.person('ada', 'user', MAIL);
  await test.sql('UPDATE users SET email_confirmed_at = 1');
  ada = await test.signedIn();
  phone = await enrol(test, ada);
  await makeCodes(ada);
});
afterEach(() => test.close());

const reset = (now = false) => test.get(LostFactors).reset(adaId, now, BY);
/** @param disabledAt null: enables them again. */
const disable = (disabledAt: number | null) =>
  test.get(AccountChange).apply({
    ...{ userId: adaId, event: disabledAt === null ? 'user_enabled' : 'user_disabled', origin: BY },
    change: async manager => (await manager.update(User, { id: adaId }, { disabledAt })).affected === 1,
  });
const sweep = () => test.get(Sweeper).sweep();
/** A day goes by in which its owner is warned, so that it may take effect. */
const aDayLater = async () => {
  test.clock.pass(hours(22));
  await sweep();
  test.clock.pass(hours(2));
  await sweep();
};
const left = async () => ({
  apps: (await test.sql('SELECT * FROM authenticators')).length,
  keys: (await test.sql('SELECT * FROM passkeys')).length,
});
const codeIn = (text: string) => /[0-9a-z]{5}(-[0-9a-z]{1,5}){5}/.exec(text)?.[0] ?? '';
const mailCode = async (visitor: Visitor, page: string) =>
  visitor.post('/login/second-step/reset-code', { step: fieldOf(await visitor.get(page), 'step') });
const subjects = async () => (await mailsOf(test)).map(({ subject }) => subject);

describe('a reset of somebody’s second factors', () => {
  it('takes effect after a day, of which its owner is told when it is asked for, two hours before, and then', async () => {
    expect(await reset()).toMatchObject({ outcome: 'asked', dueAt: test.clock.now() + hours(24) });
    expect(await subjects()).toContain('Your second factors at Gatehouse are to be reset');
    test.clock.pass(hours(22));
    await sweep();
    await sweep();
    expect((await subjects()).filter(subject => subject.includes('about to be'))).toHaveLength(1);
    test.clock.pass(hours(2) - 1);
    await sweep();
    await toSecondStep(test.visitor());
    expect((await test.sql('SELECT * FROM authenticators')).length).toBe(1);
    test.clock.pass(1);
    await sweep();
    expect(await subjects()).toContain('Your second factors at Gatehouse were reset');
    expect((await test.sql('SELECT * FROM authenticators')).length).toBe(0);
    expect((await ada.get('/account')).location).toMatch(/^\/login/);
  });

  it('takes no effect unwarned: where the server was away at the time, its owner is warned, and has two hours', async () => {
    await reset();
    test.clock.pass(hours(25));
    await sweep();
    expect((await left()).apps).toBe(1);
    const soon = (await mailsOf(test)).filter(({ subject }) => subject.includes('about to be'));
    expect(soon.map(({ text }) => /15:00/.test(text))).toEqual([true]);
    test.clock.pass(hours(2) - 1);
    await sweep();
    expect((await left()).apps).toBe(1);
    test.clock.pass(1);
    await sweep();
    expect((await left()).apps).toBe(0);
    expect((await subjects()).filter(subject => subject.includes('about to be'))).toHaveLength(1);
  });

  it('stands on every page of its owner, who can stop it there', async () => {
    await reset();
    const page = await ada.get('/welcome');
    expect(page.body).toContain('Somebody asked to reset your second factors.');
    expect((await ada.postForm('/account/security/reset/cancel')).status).toBe(303);
    expect((await ada.get('/welcome')).body).not.toContain('Somebody asked to reset');
    await aDayLater();
    expect((await test.sql('SELECT * FROM authenticators')).length).toBe(1);
  });

  it('is stopped by a sign-in with a factor', async () => {
    await reset();
    const visitor = test.visitor();
    await answerStep(visitor, await toSecondStep(visitor), { code: phone.fresh() });
    await aDayLater();
    expect((await test.sql('SELECT * FROM authenticators')).length).toBe(1);
    expect(test.log.events('authn_factor_reset_cancel')).toHaveLength(1);
  });

  it('is stopped by a sign-in with a passkey, beside which no password is', async () => {
    const key = new SoftwareAuthenticator();
    expect((await addPasskey(ada, key)).status).toBe(303);
    await reset();
    expect((await signInByPasskey(test.visitor(), key)).location).toBe('/welcome');
    await aDayLater();
    expect(await left()).toEqual({ apps: 1, keys: 1 });
    expect(test.log.events('authn_factor_reset_cancel')).toMatchObject([{ by: 'sign-in' }]);
  });

  it('is stopped by “this was not me”, from the mail that tells of it', async () => {
    await reset();
    const { link } = await mailTo(test, MAIL, /are to be reset/);
    expect((await (await opened(test, link)).post('/not-me')).status).toBe(303);
    await aDayLater();
    expect((await left()).apps).toBe(1);
    expect(test.log.events('authn_factor_reset_cancel')).toMatchObject([{ by: 'not-me' }]);
  });

  it('begins anew where the password is changed meanwhile: a mailbox alone gets nobody in faster', async () => {
    await reset();
    test.clock.pass(hours(23));
    await test.visitor().post('/forgot', { email: MAIL });
    const { link } = await mailTo(test, MAIL, /Set a new password/);
    const thief = await opened(test, link);
    const chosen = { password: 'seven calm otters drift', password_again: 'seven calm otters drift' };
    const done = await thief.post('/reset', chosen);
    expect(done.location).toBe('/login?done=reset');
    test.clock.pass(hours(2));
    await sweep();
    expect((await test.sql('SELECT * FROM authenticators')).length).toBe(1);
    test.clock.pass(hours(20));
    await sweep();
    test.clock.pass(hours(2));
    await sweep();
    expect((await test.sql('SELECT * FROM authenticators')).length).toBe(0);
  });

  it('begins anew where the address is changed meanwhile, and both addresses are told', async () => {
    await reset();
    test.clock.pass(hours(23));
    await test.sql(
      "UPDATE users SET email = 'eve@example.net', email_key = 'eve@example.net' WHERE id = $1",
      [adaId],
    );
    await sweep();
    const asked = (await mailsOf(test)).filter(({ subject }) => /are to be reset/.test(subject));
    expect(asked.map(({ to }) => to).sort()).toEqual([MAIL, MAIL, 'eve@example.net']);
    test.clock.pass(hours(2));
    await sweep();
    expect((await test.sql('SELECT * FROM authenticators')).length).toBe(1);
    test.clock.pass(hours(20));
    await sweep();
    test.clock.pass(hours(2));
    await sweep();
    expect((await test.sql('SELECT * FROM authenticators')).length).toBe(0);
    const done = (await mailsOf(test)).filter(({ subject }) => /second factors .+ were reset/.test(subject));
    expect(done.map(({ to }) => to).sort()).toEqual([MAIL, 'eve@example.net']);
  });

  it('waits while its owner is disabled, who could stop nothing, and begins anew once they are enabled', async () => {
    const asked = async () => (await subjects()).filter(subject => /are to be reset/.test(subject)).length;
    await reset();
    test.clock.pass(hours(22));
    await sweep();
    await disable(test.clock.now());
    test.clock.pass(hours(40));
    await sweep();
    expect([(await left()).apps, await asked()]).toEqual([1, 1]);
    await disable(null);
    await sweep();
    expect([(await left()).apps, await asked()]).toEqual([1, 2]);
    test.clock.pass(hours(22));
    await sweep();
    test.clock.pass(hours(2) - 1);
    await sweep();
    expect((await left()).apps).toBe(1);
    test.clock.pass(1);
    await sweep();
    expect((await left()).apps).toBe(0);
  });

  it('is carried out of somebody disabled as well where it has no delay', async () => {
    await disable(test.clock.now());
    expect(await reset(true)).toMatchObject({ outcome: 'asked', carriedOut: true });
    expect((await left()).apps).toBe(0);
  });

  it('is one at a time, and one in seven days, but for --now', async () => {
    await reset();
    expect(await reset()).toMatchObject({ outcome: 'too-soon', waitsUntil: expect.any(Number) as number });
    await ada.postForm('/account/security/reset/cancel');
    expect(await reset()).toEqual({ outcome: 'too-soon', waitsUntil: null });
    expect(await reset(true)).toMatchObject({ outcome: 'asked' });
    expect((await test.sql('SELECT * FROM authenticators')).length).toBe(0);
  });

  it('mails nobody a code while it waits: that would work nowhere yet', async () => {
    await reset();
    const visitor = test.visitor();
    await mailCode(visitor, await toSecondStep(visitor));
    expect((await subjects()).filter(subject => subject.startsWith('Your code'))).toEqual([]);
  });

  it('leaves a code that was handed over its time, where it begins anew', async () => {
    await reset();
    const lasts = hours(48);
    const issued = await test
      .get(Transaction)
      .run(manager => test.get(ResetCodes).issue(manager, adaId, { lasts, ahead: true }));
    test.clock.pass(hours(23));
    await test.sql('UPDATE users SET password_changed_at = $1', [test.clock.now()]);
    await sweep();
    await aDayLater();
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    expect((await answerStep(visitor, page, { reset_code: issued ?? '' })).location).toBe(page);
  });

  it('is not asked for a second time once it was carried out: what it asks of its owner stays, whoever says “not me”', async () => {
    await reset(true);
    test.clock.pass(days(8));
    await sweep();
    const again = await reset();
    // Whatever notice there is by now.
    const notices = (await mailsOf(test)).filter(({ subject }) => /(are to be|were) reset/.test(subject));
    await (await opened(test, notices.at(-1)?.link ?? '')).post('/not-me');
    await test.visitor().post('/forgot', { email: MAIL });
    const thief = await opened(test, (await mailTo(test, MAIL, /Set a new password/)).link);
    const chosen = { password: 'seven calm otters drift', password_again: 'seven calm otters drift' };
    await thief.post('/reset', chosen);
    const page = (await thief.signIn('ada', chosen.password)).location;
    expect(page).toMatch(/^\/login\/second-step/);
    expect((await thief.get(page ?? '')).body).toContain('Your second factors were reset.');
    expect(again).toEqual({ outcome: 'open', doneAt: test.clock.now() - days(8) });
    expect(await reset(true)).toMatchObject({ outcome: 'open' });
  });

  it('is stopped where its owner removes the last factor, from a session that is live', async () => {
    await reset();
    expect((await ada.postForm('/account/security/authenticator/remove')).status).toBe(303);
    expect((await ada.get('/welcome')).body).not.toContain('Somebody asked to reset');
    expect(test.log.events('authn_factor_reset_cancel')).toMatchObject([{ by: 'removal' }]);
    await aDayLater();
    expect((await subjects()).filter(subject => /were reset/.test(subject))).toEqual([]);
    expect((await test.visitor().signIn('ada', PASSWORD)).location).toBe('/welcome');
  });

  it('is not carried out where no factor is left that it could remove', async () => {
    await reset();
    await test.sql('DELETE FROM authenticators');
    await test.sql('UPDATE users SET second_factor_at = NULL');
    await aDayLater();
    expect((await subjects()).filter(subject => /were reset|about to be/.test(subject))).toEqual([]);
    expect((await test.visitor().signIn('ada', PASSWORD)).location).toBe('/welcome');
  });

  it('that was carried out is over with whatever factor is added, at the sign-in or later', async () => {
    await reset(true);
    await test.sql('UPDATE users SET second_factor_at = NULL');
    const again = await test.signedIn();
    const fresh = await enrol(test, again);
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    expect((await visitor.get(page)).body).not.toContain('Your second factors were reset');
    expect((await answerStep(visitor, page, { code: fresh.fresh() })).status).toBe(303);
    expect((await visitor.postForm('/account/security/authenticator/remove')).status).toBe(303);
    expect((await test.visitor().signIn('ada', PASSWORD)).location).toBe('/welcome');
  });

  it('is none of somebody without a factor', async () => {
    const eve = await test.person('eve');
    expect(await test.get(LostFactors).reset(eve, true, BY)).toEqual({ outcome: 'no-factor' });
  });
});

describe('after a reset where no mail is sent', () => {
  it('the page asks for the code that was handed over, and offers no mail', async () => {
    await test.close();
    test = await TestApp.start({ NODE_ENV: 'production' });
    adaId = await test.person('ada', 'user', MAIL);
    await enrol(test, await test.signedIn());
    await reset(true);
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    const { body } = await visitor.get(page);
    expect(body).toContain('enter the code that was given to you.');
    // As people read it: what is random stands in attributes, and spells four letters now and then.
    expect(body.replaceAll(/<[^>]+>/g, '')).not.toMatch(/mail/i);
  });
});

describe('where the clock was thirty days ahead, and was put right', () => {
  const dueIn = async () => {
    const [row] = await test.sql<{ at: number | string | null }>(
      'SELECT factor_reset_at AS at FROM users WHERE id = $1',
      [adaId],
    );
    return Number(row?.at) - test.clock.now();
  };
  const asked = async () => (await subjects()).filter(subject => subject.includes('are to be reset')).length;
  const setThen = () => test.sql('UPDATE users SET password_changed_at = $1', [test.clock.now() + days(30)]);

  it('a password that was set then puts no reset off', async () => {
    await setThen();
    await reset();
    await sweep();
    await aDayLater();
    expect([(await left()).apps, await asked()]).toEqual([0, 1]);
  });

  it('nor one without delay, which is carried out and says so', async () => {
    await setThen();
    expect(await reset(true)).toMatchObject({ outcome: 'asked', carriedOut: true });
    expect((await left()).apps).toBe(0);
  });

  it('a password that was set then, of a reset that waits, puts it off once', async () => {
    await reset();
    await setThen();
    test.clock.pass(hours(1));
    for (let n = 0; n < 3; n++) await sweep();
    expect([await dueIn(), await asked()]).toEqual([hours(24), 2]);
    await aDayLater();
    expect((await left()).apps).toBe(0);
  });

  it('a reset that was asked for then is due a day from now, of which its owner is told', async () => {
    test.clock.pass(days(30));
    await reset();
    test.clock.pass(-days(30));
    for (let n = 0; n < 3; n++) await sweep();
    expect([await dueIn(), await asked()]).toEqual([hours(24), 2]);
    await aDayLater();
    expect((await left()).apps).toBe(0);
  });

  it('one that was asked for and stopped then keeps others off for a week from now, and no longer', async () => {
    test.clock.pass(days(30));
    await reset();
    await test.get(LostFactors).cancel(adaId, BY, 'test');
    test.clock.pass(-days(30));
    await sweep();
    expect(await reset()).toEqual({ outcome: 'too-soon', waitsUntil: null });
    test.clock.pass(days(7));
    expect(await reset()).toMatchObject({ outcome: 'asked' });
  });
});

describe('after a reset', () => {
  beforeEach(() => reset(true));

  it('the password alone opens nothing: with a mailed code a new factor is added, and with that one is in', async () => {
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    const shown = await visitor.get(page);
    expect(shown.body).toContain('Your second factors were reset.');
    expect(shown.body).not.toContain('Code from your authenticator app');
    const step = fieldOf(shown, 'step');
    const asked = await visitor.post('/login/second-step/reset-code', { step });
    expect([asked.status, asked.body]).toEqual([200, expect.stringContaining('is on its way there')]);
    const code = codeIn((await mailTo(test, MAIL, /Your code/)).text);
    const turned = await answerStep(visitor, page, { reset_code: code });
    expect([turned.status, turned.location]).toEqual([303, page]);
    expect((await visitor.get('/account')).location).toMatch(/^\/login/);
    const adding = await visitor.get(page);
    expect(adding.body).toContain('Your second factors were reset: add a new one, and you are in.');
    expect(adding.body).not.toContain('asks everybody');
    const fresh = new Phone(test, secretOn(adding));
    const done = await answerStep(visitor, page, { pending: fieldOf(adding, 'pending'), code: fresh.code() });
    expect(done.location).toMatch(/^\/account\/security\/recovery-codes/);
    expect((await visitor.get('/account')).status).toBe(200);
    const other = test.visitor();
    expect((await other.get(await toSecondStep(other))).body).toContain('Code from your authenticator app');
    expect((await answerStep(other, await toSecondStep(other), { reset_code: code })).status).toBe(422);
  });

  it('a code works once, for half an hour, and the last one only', async () => {
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    const step = fieldOf(await visitor.get(page), 'step');
    await visitor.post('/login/second-step/reset-code', { step });
    const first = codeIn((await mailTo(test, MAIL, /Your code/)).text);
    await visitor.post('/login/second-step/reset-code', { step }, { 'user-agent': 'again' });
    const codes = (await mailsOf(test)).filter(({ subject }) => subject.startsWith('Your code'));
    expect(codes).toHaveLength(2);
    expect((await answerStep(visitor, page, { reset_code: first })).status).toBe(422);
    test.clock.pass(minutes(31));
    const later = test.visitor();
    const late = codeIn(codes.at(-1)!.text);
    expect((await answerStep(later, await toSecondStep(later), { reset_code: late })).status).toBe(422);
  });

  it('the right code may be the last guess: the step goes on', async () => {
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    await mailCode(visitor, page);
    const reset_code = codeIn((await mailTo(test, MAIL, /Your code/)).text);
    for (let guess = 1; guess < MOST_TRIES; guess++)
      expect((await answerStep(visitor, page, { reset_code: 'a'.repeat(26) })).status).toBe(422);
    expect((await answerStep(visitor, page, { reset_code })).location).toBe(page);
    expect((await visitor.get(page)).body).toContain('Add a second factor');
  });

  it('recovery codes and the old app are worth nothing', async () => {
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    expect((await answerStep(visitor, page, { code: phone.fresh() })).status).toBe(422);
    expect((await test.sql('SELECT * FROM recovery_codes')).length).toBe(0);
    expect((await test.visitor().signIn('ada', PASSWORD)).location).toMatch(/^\/login\/second-step/);
  });
});
