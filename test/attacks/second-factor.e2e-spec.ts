import { ModulesContainer } from '@nestjs/core';
import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { routesIn } from '../../src/http/routes.js';
import { hours, minutes } from '../../src/kernel/durations.js';
import type { AuthenticationMethod } from '../../src/kernel/principal.js';
import { strengthOf } from '../../src/kernel/strength.js';
import { opened } from '../support/mailed-link.js';
import { mailsOf, mailTo } from '../support/outbox.js';
import { MOST_TRIES } from '../../src/second-factor/sign-in-steps.js';
import { answerStep, enrol, makeCodes, type Phone, stepOf, toSecondStep } from '../support/second-factor.js';
import { addPasskey, signInByPasskey, SoftwareAuthenticator } from '../support/software-authenticator.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import type { Answer, Visitor } from '../support/visitor.js';

const MAIL = 'ada@example.org';
const JSON_PLEASE = { accept: 'application/json' };
const NEW = 'seven calm otters drift';
const CHOSEN = { password: NEW, password_again: NEW };

let test: TestApp;
let ada: Visitor;
let phone: Phone;
beforeEach(async () => {
  test = await TestApp.start();
  await test.person('ada', 'user', MAIL);
  ada = await test.signedIn();
  phone = await enrol(test, ada);
});
afterEach(() => test.close());

const entered = (answers: readonly Answer[]) =>
  answers.filter(({ setCookies }) => setCookies.some(line => /^gatehouse=s%3A/.test(line)));
const amrOf = async (visitor: Visitor) => {
  const { status, body } = await visitor.get('/session', JSON_PLEASE);
  return status === 200
    ? (JSON.parse(body) as { session: { amr: AuthenticationMethod[] } }).session.amr
    : null;
};

describe('a step', () => {
  it('opens nothing but itself: no route of the application', async () => {
    const visitor = test.visitor();
    await toSecondStep(visitor);
    const cookies = new Map(visitor.cookies);
    const nobody = test.visitor();
    for (const { method, parts } of routesIn(test.app.get(ModulesContainer))) {
      const path = `/${parts.map(part => (part.startsWith(':') ? 'x' : part)).join('/')}`;
      if (path.startsWith('/login/second-step') || path === '/login' || path === '/user') continue;
      visitor.cookies.clear();
      for (const [name, value] of cookies) visitor.cookies.set(name, value);
      const [one, other] = await Promise.all(
        [visitor, nobody].map(who => (method === 'POST' ? who.post(path) : who.get(path, JSON_PLEASE))),
      );
      expect([method, path, one!.status, one!.location]).toEqual([
        method,
        path,
        other!.status,
        other!.location,
      ]);
    }
  });

  it('of another person is none of this browser’s, and its handle alone is worth nothing', async () => {
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    const thief = test.visitor();
    expect((await thief.get(page)).location).toBe('/login?done=step-over');
    expect((await answerStep(thief, page, { code: phone.fresh() })).location).toBe('/login?done=step-over');
  });

  it('takes no code of another person', async () => {
    await test.person('eve');
    const eve = await test.signedIn('eve');
    const evil = await enrol(test, eve);
    const [recovery_code = ''] = await makeCodes(eve);
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    expect((await answerStep(visitor, page, { code: evil.fresh() })).status).toBe(422);
    expect((await answerStep(visitor, page, { recovery_code })).status).toBe(422);
  });

  it.each([
    [
      'the password is changed',
      () => ada.postForm('/account/password', { current_password: PASSWORD, ...CHOSEN }),
    ],
    ['the account is disabled', () => test.sql('UPDATE users SET disabled_at = 1')],
    ['the account is deleted', () => test.sql('DELETE FROM users')],
  ])('is worth nothing once %s', async (_, change) => {
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    await change();
    const answer = await answerStep(visitor, page, { code: phone.fresh() });
    expect(await amrOf(visitor)).toBeNull();
    expect(entered([answer])).toEqual([]);
  });

  it('is worth nothing after “this was not me”, and neither is its factor, if it is newer than the notice', async () => {
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    const notice = (await mailsOf(test)).find(({ subject }) => /second factor was added/.test(subject))!;
    const owner = await opened(test, notice.link);
    expect((await owner.post('/not-me')).status).toBe(303);
    expect((await answerStep(visitor, page, { code: phone.fresh() })).location).toBe('/login?done=step-over');
    const [row] = await test.sql<{ suspended_at: number | null }>('SELECT suspended_at FROM authenticators');
    expect(row!.suspended_at).not.toBeNull();
  });

  it.each([
    ['a token that is none', { step: 'x' }],
    ['a step that is a list', 'step=a&step=b&code=000000'],
    ['a field too many', { step: 'x', user_id: '1' }],
    ['a code of ten thousand digits', { code: '1'.repeat(10_000) }],
    ['a code of NUL and surrogates', { code: '\u0000\ud83d12345' }],
  ])('answers %s without a session and without a 500', async (_, fields) => {
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    const form = typeof fields === 'string' ? fields : { step: stepOf(page), ...fields };
    const answer = await visitor.post('/login/second-step', form);
    expect(answer.status).toBeLessThan(500);
    expect(entered([answer])).toEqual([]);
  });
});

describe('mail never replaces a factor', () => {
  it('a mailed reset changes the password, and the second step is as before', async () => {
    await test.visitor().post('/forgot', { email: MAIL });
    const page = await opened(test, (await mailTo(test, MAIL, /Set a new password/)).link);
    const done = await page.post('/reset', CHOSEN);
    expect([done.location, entered([done])]).toEqual(['/login?done=reset', []]);
    const answer = await page.arrive('ada', NEW);
    expect(answer.location).toMatch(/^\/login\/second-step/);
    expect((await answerStep(page, answer.location!, { code: phone.fresh() })).status).toBe(303);
  });

  it('nor a passkey, where that is all that somebody has: the new password leads to it, and to nothing else', async () => {
    await test.person('eve', 'user', 'eve@example.org');
    const key = new SoftwareAuthenticator();
    await addPasskey(await test.signedIn('eve'), key);
    await test.visitor().post('/forgot', { email: 'eve@example.org' });
    const thief = await opened(test, (await mailTo(test, 'eve@example.org', /Set a new password/)).link);
    expect((await thief.post('/reset', CHOSEN)).location).toBe('/login?done=reset');
    const page = (await thief.arrive('eve', NEW)).location!;
    expect(page).toMatch(/^\/login\/second-step/);
    const { body } = await thief.get(page);
    expect(body).toContain('name="passkey"');
    expect(body).not.toMatch(/name="(code|recovery_code|reset_code)"/);
    const answers = [
      await answerStep(thief, page, { code: '000000' }),
      await answerStep(thief, page, { recovery_code: 'abcde-12345' }),
      await answerStep(thief, page, { reset_code: 'a'.repeat(26) }),
      await thief.post('/login/second-step/reset-code', { step: stepOf(page) }),
    ];
    expect(entered(answers)).toEqual([]);
    expect(await amrOf(thief)).toBeNull();
    expect((await mailsOf(test)).filter(({ subject }) => subject.startsWith('Your code'))).toEqual([]);
    expect((await signInByPasskey(test.visitor(), key)).location).toBe('/welcome');
  });

  it('nor does it give back guesses', async () => {
    for (let n = 0; n < 2; n++) {
      const visitor = test.visitor();
      const page = await toSecondStep(visitor);
      for (let m = 0; m < 5; m++) await answerStep(visitor, page, { code: phone.wrong() });
    }
    await test.visitor().post('/forgot', { email: MAIL });
    const thief = await opened(test, (await mailTo(test, MAIL, /Set a new password/)).link);
    await thief.post('/reset', CHOSEN);
    const page = (await thief.arrive('ada', NEW)).location!;
    expect((await answerStep(thief, page, { code: phone.wrong() })).status).toBe(429);
  });
});

describe('two hundred rounds of the right password and wrong codes', () => {
  it('are held to the budget, and the owner’s known device gets in all the same', async () => {
    const owner = test.visitor();
    await answerStep(owner, await toSecondStep(owner), { code: phone.fresh() });
    await owner.post('/logout');
    const began = test.clock.now();
    for (let round = 0; round < 200; round++) {
      const thief = test.visitor();
      const page = await toSecondStep(thief);
      const answer = await answerStep(thief, page, { code: phone.wrong() });
      expect(entered([answer])).toEqual([]);
      test.clock.pass(minutes(1));
    }
    // Ten at once, then ever more slowly.
    const lookedAt = test.log.events('authn_step_fail').length;
    expect(lookedAt).toBeGreaterThanOrEqual(10);
    expect(lookedAt).toBeLessThan(25);
    expect(test.clock.now() - began).toBeGreaterThan(hours(3));
    const page = await toSecondStep(owner);
    expect((await answerStep(owner, page, { code: phone.fresh() })).location).toBe('/welcome');
  });
});

describe('thirty rounds of the right password and four wrong codes, so that no step is used up', () => {
  const warnings = async () =>
    (await mailsOf(test)).filter(({ subject }) => /knows your/.test(subject)).length;
  async function rounds(): Promise<void> {
    for (let round = 0; round < 30; round++) {
      const thief = test.visitor();
      const page = await toSecondStep(thief);
      for (let guess = 1; guess < MOST_TRIES; guess++) await answerStep(thief, page, { code: phone.wrong() });
      test.clock.pass(hours(1));
    }
  }

  it('are told to the owner, once, and again only where they come in between', async () => {
    const owner = test.visitor();
    await answerStep(owner, await toSecondStep(owner), { code: phone.fresh() });
    await owner.post('/logout');
    await rounds();
    expect(test.log.events('authn_step_fail').length).toBeGreaterThan(30);
    expect(await warnings()).toBe(1);
    expect((await answerStep(owner, await toSecondStep(owner), { code: phone.fresh() })).location).toBe(
      '/welcome',
    );
    await rounds();
    expect(await warnings()).toBe(2);
  });

  it('come to one mail where the last of them uses a step up', async () => {
    for (const guesses of [4, 1, MOST_TRIES]) {
      const thief = test.visitor();
      const page = await toSecondStep(thief);
      for (let guess = 0; guess < guesses; guess++) await answerStep(thief, page, { code: phone.wrong() });
    }
    expect(await warnings()).toBe(1);
  });
});

describe('whether somebody has a second factor', () => {
  it('is told to nobody before the right password', async () => {
    await test.person('eve');
    const masked = ({ status, location, body, headers }: Answer) => ({
      status,
      location,
      body: body.replaceAll(/\b(ada|eve)\b|(nonce|name="_csrf" value)="[^"]*"/g, ''),
      headers: { ...headers, date: '', 'content-security-policy': '' },
    });
    const [one, other] = await Promise.all(
      ['ada', 'eve'].map(name => test.visitor().arrive(name, 'a wrong password of mine')),
    );
    expect(masked(one!)).toEqual(masked(other!));
    const [json, without] = await Promise.all(
      ['ada', 'eve'].map(name =>
        test.visitor().post('/login', { username: name, password: 'wrong' }, JSON_PLEASE),
      ),
    );
    const said = ({ body }: Answer) => ({ ...(JSON.parse(body) as object), requestId: '' });
    expect(said(json!)).toEqual(said(without!));
  });
});

describe('the strength of a sign-in', () => {
  const METHODS: readonly AuthenticationMethod[] = ['pwd', 'otp', 'hwk', 'swk', 'user', 'mfa'];

  it('never rises by a path that proved less, in whatever order things are done', async () => {
    const act = fc.constantFrom(
      'password',
      'wrong code',
      'old code',
      'code',
      'confirm password',
      'change password',
      'remove app',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 6 }), async acts => {
        test.clock.pass(hours(25));
        const visitor = test.visitor();
        let page: string | null = null;
        // What was proved at last, and whether there is an app that can be asked for.
        let [proved, hasApp] = [0, true];
        for (const one of acts) {
          if (one === 'password') {
            page = (await visitor.arrive('ada', PASSWORD)).location;
            if (page === '/welcome') proved = 1;
          }
          if (page?.startsWith('/login/second-step') && one.endsWith('code')) {
            const code = one === 'code' ? phone.fresh() : one === 'old code' ? phone.code(-4) : phone.wrong();
            const done = await answerStep(visitor, page, { code });
            if (one === 'code' && done.location === '/welcome') proved = 2;
          }
          if (one === 'remove app' && proved === 2 && hasApp) {
            const { status } = await visitor.postForm('/account/security/authenticator/remove');
            hasApp = status !== 303;
          }
          if (one === 'confirm password') {
            const done = await visitor.postForm('/confirm', { password: PASSWORD });
            // Of somebody who has no factor any more, that is all there is to prove.
            if (done.location === '/welcome') proved = 1;
          }
          if (one === 'change password')
            await visitor.postForm('/account/password', { current_password: 'wrong', ...CHOSEN });
          const amr = await amrOf(visitor);
          expect(amr === null ? 0 : strengthOf(amr)).toBe(proved);
        }
        if (!hasApp) phone = await enrol(test, await test.signedIn());
      }),
      { numRuns: 15, examples: [[['password', 'code', 'remove app', 'confirm password', 'password']]] },
    );
  });

  it('only grows with what was proved, and a factor alone that verified nobody is nothing', () => {
    fc.assert(
      fc.property(fc.subarray([...METHODS]), fc.subarray([...METHODS]), (some, more) => {
        expect(strengthOf([...some, ...more])).toBeGreaterThanOrEqual(strengthOf(some));
      }),
    );
    for (const alone of [[], ['otp'], ['hwk'], ['swk', 'user'], ['mfa'], ['otp', 'mfa'], ['user', 'mfa']])
      expect(strengthOf(alone as AuthenticationMethod[])).toBe(0);
  });
});

describe('what is stored', () => {
  it('holds no secret in clear: neither of the app, nor a recovery code, nor the token of a step', async () => {
    const codes = await makeCodes(ada);
    const visitor = test.visitor();
    await toSecondStep(visitor);
    const [token = ''] = [...visitor.cookies.values()].map(value => value.split('.')[0] ?? '');
    const tables = ['authenticators', 'recovery_codes', 'sign_in_steps', 'audit_events', 'users', 'sign_ins'];
    const all = JSON.stringify(
      await Promise.all(tables.map(table => test.get(DataSource).query(`SELECT * FROM ${table}`))),
    );
    for (const secret of [phone.secret, token, ...codes, ...codes.map(code => code.replace('-', ''))])
      expect(all.includes(secret)).toBe(false);
    const told = (await ada.get('/account/data')).body;
    expect(told.includes(phone.secret) || told.includes('sealed')).toBe(false);
  });
});
