import { localOrigin } from '../src/audit/security-event.js';
import { Sweeper } from '../src/database/sweeper.js';
import { LostFactors } from '../src/second-factor/lost-factors.js';
import { minutes } from '../src/kernel/durations.js';
import {
  answerStep,
  enrol,
  fieldOf,
  makeCodes,
  Phone,
  secretOn,
  stepOf,
  toSecondStep,
} from './support/second-factor.js';
import { addPasskey, SoftwareAuthenticator } from './support/software-authenticator.js';
import { mailTo } from './support/outbox.js';
import { PASSWORD, PUBLIC_URL, TestApp } from './support/test-app.js';
import type { Answer, Visitor } from './support/visitor.js';

const JSON_PLEASE = { accept: 'application/json' };

let test: TestApp;
let ada: Visitor;
let adaId: string;
let phone: Phone;
beforeEach(async () => {
  test = await TestApp.start();
  adaId = await test.person('ada', 'user', 'ada@example.org');
  ada = await test.signedIn();
  phone = await enrol(test, ada);
});
afterEach(() => test.close());

describe('the right password of somebody with a second factor', () => {
  it('leads to the second step, without a session', async () => {
    const visitor = test.visitor();
    const sessions = (await test.stored.sessions()).length;
    const page = await toSecondStep(visitor);
    expect([...visitor.cookies.keys()].map(name => name.replace(/-[\w-]{16}$/, ''))).toEqual([
      'gatehouse-step',
    ]);
    expect((await test.stored.sessions()).length).toBe(sessions);
    const shown = await visitor.get(page);
    expect(shown.status).toBe(200);
    expect(shown.body).toMatch(/<input id="code"[^>]+inputmode="numeric" autocomplete="one-time-code"/);
    expect((await visitor.get('/welcome')).location).toBe('/login?return_to=%2Fwelcome');
  });

  it('and a right code give a session of both, which remembers the browser', async () => {
    const visitor = test.visitor();
    const page = await toSecondStep(visitor, 'ada', { return_to: '/account/devices', remember: 'on' });
    const answer = await answerStep(visitor, page, { code: phone.fresh() });
    expect([answer.status, answer.location]).toEqual([303, '/account/devices']);
    const { session } = JSON.parse((await visitor.get('/session', JSON_PLEASE)).body) as {
      session: { amr: string[]; idleExpiresAt: number | null };
    };
    expect(session).toMatchObject({ amr: ['pwd', 'otp'], idleExpiresAt: null });
    expect([...visitor.cookies.keys()].sort()).toEqual(['gatehouse', 'gatehouse-device']);
  });

  it('tells programs what is asked of them, and where', async () => {
    const visitor = test.visitor();
    const answer = await visitor.post('/login', { username: 'ada', password: PASSWORD }, JSON_PLEASE);
    expect(answer.status).toBe(401);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    const problem = JSON.parse(answer.body) as { type: string; next: string };
    expect(problem).toMatchObject({
      type: 'http://localhost:4000/login/second-step',
      title: 'Second step needed',
      next: expect.stringMatching(/^\/login\/second-step\?step=[\w-]{16}$/) as string,
    });
    const wrong = await visitor.post(
      '/login/second-step',
      { step: stepOf(problem.next), code: phone.wrong() },
      JSON_PLEASE,
    );
    expect([wrong.status, JSON.parse(wrong.body)]).toMatchObject([
      401,
      { type: problem.type, next: problem.next, errors: { code: expect.any(String) as string } },
    ]);
    const done = await visitor.post(
      '/login/second-step',
      { step: stepOf(problem.next), code: phone.fresh() },
      JSON_PLEASE,
    );
    expect(done.status).toBe(303);
    expect((await visitor.get('/session', JSON_PLEASE)).status).toBe(200);
  });

  it.each([
    ['with a blank in the middle', (code: string) => `${code.slice(0, 3)} ${code.slice(3)}`],
    [
      'in full-width digits',
      (code: string) => [...code].map(d => String.fromCodePoint(0xff10 + Number(d))).join(''),
    ],
    ['with blanks around it', (code: string) => `\u00a0${code}\n`],
  ])('takes a code %s', async (_, typed) => {
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    expect((await answerStep(visitor, page, { code: typed(phone.fresh()) })).status).toBe(303);
  });

  it.each([-1, 0, 1])('takes the code of the period %d from the present one, and no further', async later => {
    test.clock.pass(minutes(10));
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    const far = await answerStep(visitor, page, { code: phone.code(later < 0 ? -2 : 2) });
    expect(far.status).toBe(422);
    expect((await answerStep(visitor, page, { code: phone.code(later) })).status).toBe(303);
  });

  it('says at the field that a code is wrong, and that the field is empty, which is no guess', async () => {
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    for (let n = 0; n < 8; n++) {
      const empty = await answerStep(visitor, page, { code: ' ' });
      expect([empty.status, empty.body.includes('Enter the code that your authenticator app shows')]).toEqual(
        [422, true],
      );
    }
    const code = phone.wrong();
    const wrong = await answerStep(visitor, page, { code });
    expect([wrong.status, wrong.body.includes('That code does not work.')]).toEqual([422, true]);
    expect(wrong.body).not.toContain(code);
  });
});

/** What a page says at its field of this name; null where it marks no such field. */
const saidAt = ({ status, body }: Answer, field: string) =>
  status === 422 && new RegExp(`<input id="${field}"[^>]+aria-invalid="true"`).test(body)
    ? (new RegExp(`id="${field}-note"><span>([^<]+)<`).exec(body)?.[1] ?? null)
    : null;

describe('a form in which nothing was typed is told so at its own field', () => {
  const RECOVERY = 'Enter one of the recovery codes that you saved.';

  it('that of a recovery code, at the second step', async () => {
    await makeCodes(ada);
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    expect(saidAt(await answerStep(visitor, page, { recovery_code: ' ' }), 'recovery_code')).toBe(RECOVERY);
    expect(saidAt(await answerStep(visitor, page, { code: '' }), 'code')).toMatch(
      /^Enter the code that your/,
    );
  });

  it('that of a code that was mailed after a reset', async () => {
    await test.get(LostFactors).reset(adaId, true, localOrigin('test'));
    const visitor = test.visitor();
    const answer = await answerStep(visitor, await toSecondStep(visitor), { reset_code: '' });
    expect(saidAt(answer, 'reset_code')).toBe('Enter the code that was given or mailed to you.');
  });

  it('/confirm with the password alone, of somebody who has a passkey and recovery codes', async () => {
    await makeCodes(ada);
    expect((await addPasskey(ada, new SoftwareAuthenticator())).status).toBe(303);
    expect((await ada.postForm('/account/security/authenticator/remove')).status).toBe(303);
    for (const form of [{ recovery_code: '' }, {}])
      expect(saidAt(await ada.postForm('/confirm', { password: PASSWORD, ...form }), 'recovery_code')).toBe(
        RECOVERY,
      );
  });

  it('/confirm of somebody who has a passkey alone: that marks none, and names none', async () => {
    expect((await addPasskey(ada, new SoftwareAuthenticator())).status).toBe(303);
    expect((await ada.postForm('/account/security/authenticator/remove')).status).toBe(303);
    for (const form of [{ password: PASSWORD }, { passkey: '' }]) {
      const answer = await ada.postForm('/confirm', form);
      expect([answer.status, answer.body.includes('marked field')]).toEqual([422, false]);
      expect(answer.body).toContain('Use a passkey to go on.');
    }
  });

  it('that of a suspended app that is in force by now, which has no field any more', async () => {
    const answer = await ada.postForm('/account/security/authenticator/readmit', { code: '123456' });
    expect([answer.status, answer.body.includes('marked field')]).toEqual([422, false]);
    expect(answer.body).toContain('Your account was changed elsewhere');
  });
});

describe('a code', () => {
  it('is worth nothing a second time: not the one that added the app either', async () => {
    const used = phone.code();
    const first = test.visitor();
    const page = await toSecondStep(first);
    const again = await answerStep(first, page, { code: used });
    expect([again.status, again.body.includes('That code does not work.')]).toEqual([422, true]);
    const code = phone.fresh();
    expect((await answerStep(first, page, { code })).status).toBe(303);
    const second = test.visitor();
    const replayed = await answerStep(second, await toSecondStep(second), { code });
    expect([replayed.status, replayed.body.includes('That code does not work.')]).toEqual([422, true]);
  });

  it('of an earlier period is worth nothing once a later one was used', async () => {
    test.clock.pass(minutes(5));
    const [before, now] = [phone.code(-1), phone.code()];
    const visitor = test.visitor();
    expect((await answerStep(visitor, await toSecondStep(visitor), { code: now })).status).toBe(303);
    const other = test.visitor();
    expect((await answerStep(other, await toSecondStep(other), { code: before })).status).toBe(422);
  });
});

describe('a recovery code', () => {
  it('stands in for the app, once, and its owner is told', async () => {
    const [code = '', other = ''] = await makeCodes(ada);
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    const typed = ` ${code.toUpperCase().replace('-', ' ')}`;
    expect((await answerStep(visitor, page, { recovery_code: typed })).status).toBe(303);
    const again = test.visitor();
    const refused = await answerStep(again, await toSecondStep(again), { recovery_code: code });
    expect([refused.status, refused.body.includes('That recovery code does not work.')]).toEqual([422, true]);
    expect((await answerStep(again, await toSecondStep(again), { recovery_code: other })).status).toBe(303);
    expect((await ada.get('/account/security')).body).toContain('8 of 10 are left');
  });

  it('is told of and recorded at /confirm as well', async () => {
    const [recovery_code = ''] = await makeCodes(ada);
    const done = await ada.postForm('/confirm', { password: PASSWORD, recovery_code });
    expect(done.status).toBe(303);
    expect(test.log.events('authn_confirm_success').map(({ method }) => method)).toEqual([
      'pwd',
      'recovery_code',
    ]);
    expect(test.log.events('authn_recovery_code_used')).toHaveLength(1);
    expect((await ada.get('/account/activity')).body).toContain('Confirmed with a second factor');
    expect((await mailTo(test, 'ada@example.org', /^A recovery code/)).text).toContain('9 are left');
  });

  it('counts only once its set was said to be saved', async () => {
    const old = await makeCodes(ada);
    const page = await ada.get('/account/security/recovery-codes');
    const [fresh = ''] = /[0-9a-z]{5}-[0-9a-z]{5}(?=<\/code>)/.exec(page.body) ?? [];
    const visitor = test.visitor();
    expect((await answerStep(visitor, await toSecondStep(visitor), { recovery_code: fresh })).status).toBe(
      422,
    );
    expect((await answerStep(visitor, await toSecondStep(visitor), { recovery_code: old[0]! })).status).toBe(
      303,
    );
    await ada.postForm('/account/security/recovery-codes', { pending: fieldOf(page, 'pending') });
    const later = test.visitor();
    expect((await answerStep(later, await toSecondStep(later), { recovery_code: old[1]! })).status).toBe(422);
    expect((await answerStep(later, await toSecondStep(later), { recovery_code: fresh })).status).toBe(303);
  });

  it('can be downloaded as a text', async () => {
    const page = await ada.get('/account/security/recovery-codes');
    const text = await ada.postForm('/account/security/recovery-codes/download', {
      pending: fieldOf(page, 'pending'),
    });
    expect(text.headers['content-disposition']).toBe('attachment; filename="recovery-codes.txt"');
    expect(text.body.match(/^[0-9a-z]{5}-[0-9a-z]{5}\r$/gm)).toHaveLength(10);
  });
});

describe('a step', () => {
  it('is over after five wrong codes, and its owner is told that somebody knows the password', async () => {
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    for (let n = 0; n < 4; n++)
      expect((await answerStep(visitor, page, { code: phone.wrong() })).status).toBe(422);
    const fifth = await answerStep(visitor, page, { code: phone.wrong() });
    expect([fifth.status, fifth.location]).toEqual([303, '/login?done=step-over']);
    expect((await visitor.get('/login?done=step-over')).body).toContain('Sign in again from the start.');
    expect((await answerStep(visitor, page, { code: phone.fresh() })).location).toBe('/login?done=step-over');
    expect(test.log.events('authn_step_fail')).toHaveLength(5);
  });

  it('takes the right code as its fifth', async () => {
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    for (let n = 0; n < 4; n++) await answerStep(visitor, page, { code: phone.wrong() });
    expect((await answerStep(visitor, page, { code: phone.fresh() })).location).toBe('/welcome');
  });

  it('is over after five minutes', async () => {
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    test.clock.pass(minutes(5));
    expect((await answerStep(visitor, page, { code: phone.fresh() })).location).toBe('/login?done=step-over');
    expect((await visitor.get(page)).location).toBe('/login?done=step-over');
  });

  it('that is over leaves people on their way: after five minutes, a sweep, or five wrong codes', async () => {
    const over = '/login?return_to=%2Faccount%2Fdevices&done=step-over';
    const way = { return_to: '/account/devices' };
    const visitor = test.visitor();
    const page = await toSecondStep(visitor, 'ada', way);
    for (let n = 0; n < 4; n++) await answerStep(visitor, page, { code: phone.wrong() });
    expect((await answerStep(visitor, page, { code: phone.wrong() })).location).toBe(over);
    const [late, later, asking] = [test.visitor(), test.visitor(), test.visitor()];
    const pages = [];
    for (const one of [late, later, asking]) pages.push(await toSecondStep(one, 'ada', way));
    test.clock.pass(minutes(5));
    expect((await answerStep(late, pages[0]!, { code: phone.fresh() })).location).toBe(over);
    await test.get(Sweeper).sweep();
    expect((await later.get(pages[1]!)).location).toBe(over);
    const mailed = await asking.post('/login/second-step/reset-code', { step: stepOf(pages[2]!) });
    expect(mailed.location).toBe(over);
    test.clock.pass(minutes(31));
    await test.get(Sweeper).sweep();
    expect(await test.sql('SELECT * FROM sign_in_steps')).toEqual([]);
  });

  it('says to who keeps no cookie of it that it is this, and leaves them on their way', async () => {
    const form = `${PUBLIC_URL}/login?return_to=%2Faccount%2Fdevices`;
    const page = await toSecondStep(test.visitor(), 'ada', { return_to: '/account/devices' });
    const without = await test.visitor().get(page, { referer: form });
    expect(without.location).toBe('/login?return_to=%2Faccount%2Fdevices&done=no-cookie');
    expect((await test.visitor().get(without.location!)).body).toContain('did not keep the cookie');
    const elsewhere = { referer: 'https://elsewhere.test/login' };
    expect((await test.visitor().get(page, elsewhere)).location).toBe('/login?done=step-over');
    expect((await test.visitor().get(page)).location).toBe('/login?done=step-over');
  });

  it('is good for one sign-in', async () => {
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    const thief = visitor.copy();
    expect((await answerStep(visitor, page, { code: phone.fresh() })).status).toBe(303);
    expect((await answerStep(thief, page, { code: phone.fresh() })).location).toBe('/login?done=step-over');
    expect((await thief.get('/welcome')).location).toMatch(/^\/login/);
  });

  it('is one tab’s: four wait side by side', async () => {
    const visitor = test.visitor();
    const pages = [];
    for (const page of [
      '/account',
      '/account/devices',
      '/account/password',
      '/account/activity',
      '/account/email',
    ])
      pages.push(await toSecondStep(visitor, 'ada', { return_to: page }));
    expect((await visitor.get(pages[0]!)).location).toBe('/login?done=step-over');
    expect((await answerStep(visitor, pages[1]!, { code: phone.fresh() })).location).toBe('/account/devices');
    expect((await answerStep(visitor, pages[4]!, { code: phone.fresh() })).location).toBe('/account/email');
  });
});

describe('a sign-in without a second factor', () => {
  it('is as before', async () => {
    await test.person('eve');
    const answer = await test.visitor().signIn('eve', PASSWORD);
    expect([answer.status, answer.location]).toEqual([303, '/welcome']);
  });
});

describe('adding an app', () => {
  const APP = '/account/security/authenticator';
  const add = async () => {
    const page = await ada.get(APP);
    await enrol(test, ada);
    return [page.body, (await ada.get('/account/security/recovery-codes')).body] as const;
  };

  it('speaks of an old one only where there was one', async () => {
    test.clock.pass(minutes(1));
    const [replacing, replaced] = await add();
    expect(replacing).toContain('An app that you added before stops working then.');
    expect(replaced).toContain('Your new authenticator app has been added; the old one no longer works.');
    expect((await addPasskey(ada, new SoftwareAuthenticator())).status).toBe(303);
    expect((await ada.postForm(`${APP}/remove`)).status).toBe(303);
    await ada.get('/account/security');
    const [adding, added] = await add();
    expect(adding).not.toMatch(/stops working then|signed out everywhere else/);
    expect(added).toContain('Your authenticator app has been added.');
    expect(added).not.toMatch(/no longer works|signed out everywhere else/);
  });
});

describe('a page of enrolment', () => {
  it('has the address that apps take, as a link for phones', async () => {
    await test.person('eve');
    const eve = await test.signedIn('eve');
    const page = await eve.get('/account/security/authenticator');
    const secret = secretOn(page);
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(page.body).toContain(
      `href="otpauth://totp/Gatehouse:eve?secret&#x3D;${secret}&amp;issuer&#x3D;Gatehouse&amp;algorithm&#x3D;SHA1&amp;digits&#x3D;6&amp;period&#x3D;30"`,
    );
    expect(page.body).toMatch(/<svg class="qr" viewBox="0 0 \d+ \d+"/);
  });

  it('changes nothing until its first right code', async () => {
    await test.person('eve');
    const eve = await test.signedIn('eve');
    const page = await eve.get('/account/security/authenticator');
    const wrong = await eve.postForm('/account/security/authenticator', {
      pending: fieldOf(page, 'pending'),
      code: new Phone(test, secretOn(page)).wrong(),
    });
    expect([wrong.status, secretOn(wrong)]).toEqual([422, secretOn(page)]);
    expect((await test.visitor().signIn('eve', PASSWORD)).location).toBe('/welcome');
    const done = await eve.postForm('/account/security/authenticator', {
      pending: fieldOf(wrong, 'pending'),
      code: new Phone(test, secretOn(page)).code(),
    });
    expect([done.status, done.location]).toEqual([303, '/account/security/recovery-codes']);
    await toSecondStep(test.visitor(), 'eve');
  });
});
