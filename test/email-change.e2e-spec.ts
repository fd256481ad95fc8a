import { hours, minutes } from '../src/kernel/durations.js';
import { opened } from './support/mailed-link.js';
import { mailsOf, mailTo } from './support/outbox.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const OLD = 'ada@old.example';
const NEW = 'ada@new.example';

let test: TestApp;
let ada: Visitor;
let adaId: string;
beforeEach(async () => {
  test = await TestApp.start();
  adaId = await test.person('ada', 'user', OLD);
  ada = await test.signedIn();
});
afterEach(() => test.close());

const ask = (email = NEW) => ada.postForm('/account/email', { email });
const confirmation = async (address = NEW) => (await mailTo(test, address, /Confirm your new address/)).link;
const confirm = async (link: string) => (await opened(test, link)).post('/verify');
const address = async () => {
  const rows = await test.sql<{ email: string }>('SELECT email FROM users WHERE id = $1', [adaId]);
  return rows[0]?.email;
};

describe('/account/email', () => {
  it('asks for the password again where the sign-in is not recent, and brings the form back filled', async () => {
    test.clock.pass(minutes(10));
    expect((await ada.get('/account/email')).location).toBe('/confirm?return_to=%2Faccount%2Femail');
    const asked = await ask();
    expect(asked.location).toMatch(
      /^\/confirm\?return_to=%2Faccount%2Femail%3Fkept%3D[\w-]{16}%26then%3D%2Faccount%2Femail$/,
    );
    expect(await mailsOf(test)).toHaveLength(0);
    const back = decodeURIComponent(asked.location!.split('return_to=')[1]!);
    expect((await ada.postForm('/confirm', { password: PASSWORD, return_to: back })).location).toBe(back);
    expect((await ada.get(back)).body).toContain(`value="${NEW}"`);
  });

  it('is closed to visitors, and to forms without the session’s token', async () => {
    expect((await test.visitor().get('/account/email')).location).toContain('/login');
    expect((await ada.post('/account/email', { email: NEW })).status).toBe(403);
    expect(await mailsOf(test)).toHaveLength(0);
  });

  it('changes the address once the new one is confirmed, and not before', async () => {
    const asked = await ask();
    expect([asked.status, asked.location]).toEqual([303, '/account']);
    expect((await ada.get('/account')).body).toContain(`Open the link we sent to ${NEW}`);
    const link = await confirmation();
    for (let turn = 0; turn < 2; turn++) await test.visitor().send('HEAD', link);
    const visitor = await opened(test, link);
    expect((await visitor.get('/verify')).body).toContain(NEW);
    expect(await address()).toBe(OLD);
    expect((await visitor.post('/verify')).location).toBe('/login?done=address');
    expect(await address()).toBe(NEW);
    expect((await test.visitor().signIn(NEW, PASSWORD)).status).toBe(303);
    expect((await test.visitor().signIn(OLD, PASSWORD)).status).toBe(422);
    expect((await ada.get('/session')).body).toContain(NEW);
    expect(test.log.events('user_email_changed')).toMatchObject([{ userId: adaId }]);
  });

  it('is not over where the password was set while the clock was ahead, which was put right', async () => {
    await test.sql('UPDATE users SET password_changed_at = $1', [test.clock.now() + hours(9000)]);
    await ask();
    expect((await ada.get('/account')).body).toContain(NEW);
    test.clock.pass(minutes(5));
    expect((await confirm(await confirmation())).location).toBe('/login?done=address');
    expect(await address()).toBe(NEW);
  });

  it('tells the old address at both steps, and the new one gets no way to undo it', async () => {
    await ask();
    const requested = await mailTo(test, OLD, /A new address was requested/);
    await confirm(await confirmation());
    const changed = await mailTo(test, OLD, /address of your Gatehouse account was changed/);
    for (const { text, link } of [requested, changed]) {
      expect(link).toMatch(/^\/not-me\?token=/);
      expect(text).toMatch(/^When: 23 November 2026, 12:00 .*\nBrowser: .*\nIP address: 127\.0\.0\.1$/m);
      expect(text).not.toContain(NEW);
    }
    const toNew = (await mailsOf(test)).filter(mail => mail.to === NEW);
    expect(toNew.map(mail => mail.link.split('?')[0])).toEqual(['/verify']);
  });

  it('is stopped by the link at the old address', async () => {
    await ask();
    const link = await confirmation();
    const stop = await mailTo(test, OLD, /A new address was requested/);
    expect((await (await opened(test, stop.link)).post('/not-me')).status).toBe(303);
    expect((await confirm(link)).status).toBe(410);
    expect(await address()).toBe(OLD);
  });

  it('answers for a taken address as for a free one, and tells its owner', async () => {
    await test.person('bea', 'user', 'bea@new.example');
    const [free, taken] = [await ask('cyd@new.example'), await ask('BEA@new.example')];
    expect([taken.status, taken.location, taken.body]).toEqual([free.status, free.location, free.body]);
    expect(Object.keys(taken.headers).sort()).toEqual(Object.keys(free.headers).sort());
    expect((await ada.get('/account')).body).toContain('Open the link we sent to BEA@new.example');
    const toBea = (await mailsOf(test)).filter(mail => mail.to.toLowerCase() === 'bea@new.example');
    expect(toBea.map(mail => [mail.to, mail.subject])).toEqual([
      ['bea@new.example', 'You already have an account at Gatehouse'],
    ]);
    expect(toBea[0]!.text).not.toContain('token=');
  });

  it.each(['no address', 'eve@new.example\r\nBcc: x@evil.test', 'a@b@c.example', ''])(
    'refuses %j, and sends nothing',
    async typed => {
      const answer = await ask(typed);
      expect(answer.status).toBe(422);
      expect(answer.body).toContain('Check this address');
      expect(await mailsOf(test)).toHaveLength(0);
    },
  );

  describe('while the new address is not confirmed', () => {
    /** Without the notice, which is there once. */
    const profile = async () =>
      (await ada.get('/account')).body.replace(/<title>[^]*?<\/title>|<div class="notice"[^]*?<\/div>/g, '');

    it('shows on the profile which one it is and how long its link works', async () => {
      await ask();
      expect(await profile()).toMatch(
        /<dd>ada@new\.example\s[^]*works until <time[^>]*>24 Nov 2026, 12:00 UTC</,
      );
      // The link lives from when its mail goes out.
      await confirmation();
      test.clock.pass(hours(24));
      ada = await test.signedIn();
      expect(await profile()).not.toContain(NEW);
    });

    it('can be cancelled, and the link in the mail is worthless from then on', async () => {
      await ask();
      const link = await confirmation();
      test.clock.pass(minutes(30));
      expect((await ada.postForm('/account/email/cancel')).location).toBe('/account');
      expect((await ada.get('/account')).body).toContain('Your address stays as it is.');
      expect(await profile()).not.toContain(NEW);
      expect((await confirm(link)).status).toBe(410);
      expect(await address()).toBe(OLD);
      expect(test.log.events('user_email_change_cancel')).toMatchObject([{ userId: adaId }]);
      await ada.postForm('/account/email/cancel');
      expect((await ada.get('/account')).body).toContain('There was nothing to cancel.');
    });

    it('cannot be cancelled by anybody else, nor from another site', async () => {
      await ask();
      await test.person('eve');
      await (await test.signedIn('eve')).postForm('/account/email/cancel');
      expect((await ada.post('/account/email/cancel')).status).toBe(403);
      expect(await profile()).toContain(NEW);
    });

    it('is forgotten on the profile where it cannot be confirmed any more', async () => {
      await ask();
      await test.sql('UPDATE users SET password_changed_at = $1 WHERE id = $2', [
        test.clock.now() + 1,
        adaId,
      ]);
      expect(await profile()).not.toContain(NEW);
    });
  });

  it('sends three mails an hour to one address', async () => {
    for (const status of [303, 303, 303, 429]) expect((await ask()).status).toBe(status);
  });

  it('gives an address to somebody who has none, without a notice to anybody', async () => {
    await test.person('bea');
    ada = await test.signedIn('bea');
    await ask('bea@new.example');
    const link = await confirmation('bea@new.example');
    expect((await confirm(link)).status).toBe(303);
    expect((await mailsOf(test)).map(mail => mail.to)).toEqual(['bea@new.example']);
  });
});

describe('the link to a new address', () => {
  it('is good for a day', async () => {
    await ask();
    const visitor = await opened(test, await confirmation());
    test.clock.pass(hours(24) - 1);
    expect((await visitor.get('/verify')).status).toBe(200);
    test.clock.pass(1);
    expect((await visitor.post('/verify')).status).toBe(410);
    expect(await address()).toBe(OLD);
  });

  it('works once, also when it is used twenty times at once', async () => {
    await ask();
    const visitor = await opened(test, await confirmation());
    const answers = await Promise.all(Array.from({ length: 20 }, () => visitor.copy().insist('/verify')));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, ...Array(19).fill(410)]);
    const notices = (await mailsOf(test)).filter(({ subject }) => subject.includes('was changed'));
    expect(notices).toHaveLength(1);
  });

  it('is void as soon as another address is asked for', async () => {
    await ask();
    const link = await confirmation();
    await ask('ada@newer.example');
    expect((await confirm(link)).status).toBe(410);
    expect((await confirm(await confirmation('ada@newer.example'))).status).toBe(303);
    expect(await address()).toBe('ada@newer.example');
  });

  it('dies when the address is changed meanwhile', async () => {
    await ask();
    const link = await confirmation();
    const other = { email: 'ada@other.example' };
    await test.sql('UPDATE users SET email = $1, email_key = $1 WHERE id = $2', [other.email, adaId]);
    expect((await confirm(link)).status).toBe(410);
    expect(await address()).toBe(other.email);
  });

  it('dies when a new password is set: an intruder cannot finish what they began', async () => {
    await ask();
    const link = await confirmation();
    test.clock.pass(1);
    const password = 'seven calm otters drift';
    const fields = { current_password: PASSWORD, password, password_again: password };
    expect((await ada.postForm('/account/password', fields)).status).toBe(303);
    expect((await confirm(link)).status).toBe(410);
    expect(await address()).toBe(OLD);
  });

  it('dies when the account is disabled: an intruder whom an operator stops cannot finish either', async () => {
    await ask();
    const link = await confirmation();
    await test.sql('UPDATE users SET disabled_at = 1 WHERE id = $1', [adaId]);
    expect((await confirm(link)).status).toBe(410);
    expect(await address()).toBe(OLD);
  });

  it('dies when somebody else gets the address first', async () => {
    await ask();
    const link = await confirmation();
    await test.person('bea', 'user', 'ADA@new.example');
    expect((await confirm(link)).status).toBe(410);
    expect(await address()).toBe(OLD);
  });

  it('dies with the account', async () => {
    await ask();
    const link = await confirmation();
    await test.sql('DELETE FROM users WHERE id = $1', [adaId]);
    expect((await confirm(link)).status).toBe(410);
  });
});
