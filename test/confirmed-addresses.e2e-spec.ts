import { localOrigin } from '../src/audit/security-event.js';
import { hours } from '../src/kernel/durations.js';
import { Invite } from '../src/registration/invite.js';
import { confirmedAddress } from '../src/users/confirmed-address.js';
import { parseEmailAddress } from '../src/users/email-address.js';
import { UsersService } from '../src/users/users.service.js';
import { opened } from './support/mailed-link.js';
import { mailsOf, mailTo } from './support/outbox.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const MAIL = 'ada@example.org';
const NEW = 'seven calm otters drift';
const BUTTON = 'Send a link';

let test: TestApp;
beforeEach(async () => {
  test = await TestApp.start();
});
afterEach(() => test.close());

/** The address of somebody that may be used outside, and when it was confirmed. */
const stored = async (name: string) => {
  const user = await test.get(UsersService).findByLogin(name);
  return user === null ? null : ([confirmedAddress(user), user.emailConfirmedAt] as const);
};
const confirmedNow = (address: string) => [address, test.clock.now()];
const UNCONFIRMED = [null, null];
const confirmedBy = () => test.log.events('user_email_confirmed').map(({ by }) => by);
const password = { password: NEW, password_again: NEW };

describe('an address is confirmed', () => {
  it('that somebody registered with, because they opened the link', async () => {
    const ada = test.visitor();
    await ada.post('/register', { username: 'ada', email: MAIL, password: PASSWORD });
    await opened(test, (await mailTo(test, MAIL, /Confirm your address/)).link, ada);
    expect((await ada.post('/verify')).location).toBe('/welcome');
    expect(await stored('ada')).toEqual(confirmedNow(MAIL));
    expect((await ada.get('/account')).body).not.toContain(BUTTON);
  });

  it('that somebody was invited at', async () => {
    await test.get(Invite).send(parseEmailAddress(MAIL)!, 'user', localOrigin('command line'));
    const ada = await opened(test, (await mailTo(test, MAIL, /invited/)).link);
    expect((await ada.post('/invite', { username: 'ada', ...password })).status).toBe(303);
    expect(await stored('ada')).toEqual(confirmedNow(MAIL));
  });

  it('that somebody changed to, and counts from then', async () => {
    await test.typedPerson('ada', 'user', MAIL);
    const ada = await test.signedIn();
    test.clock.pass(1);
    await ada.postForm('/account/email', { email: 'ada@new.example' });
    const { link } = await mailTo(test, 'ada@new.example', /Confirm your new address/);
    expect(await stored('ada')).toEqual(UNCONFIRMED);
    expect((await (await opened(test, link)).post('/verify')).status).toBe(303);
    expect(await stored('ada')).toEqual(confirmedNow('ada@new.example'));
  });

  it('that an operator typed, once the password was set by a mail that went there, and not before', async () => {
    await test.typedPerson('ada', 'user', MAIL);
    await test.visitor().post('/forgot', { email: MAIL });
    const ada = await opened(test, (await mailTo(test, MAIL, /Set a new password/)).link);
    expect((await ada.get('/reset')).status).toBe(200);
    expect((await ada.post('/reset', { password: 'short', password_again: 'short' })).status).toBe(422);
    expect(await stored('ada')).toEqual(UNCONFIRMED);
    expect((await ada.post('/reset', password)).status).toBe(303);
    expect(await stored('ada')).toEqual(confirmedNow(MAIL));
    expect(confirmedBy()).toEqual(['reset']);
  });

  it('that a notice went to, of a version before, which somebody answered with "this was not me"', async () => {
    await test.person('ada', 'user', MAIL);
    for (let turn = 0; turn < 2; turn++) await test.signedIn();
    const link = (await mailTo(test, MAIL, /New sign-in/)).link;
    await test.sql('UPDATE users SET email_confirmed_at = NULL');
    expect((await (await opened(test, link)).post('/not-me')).status).toBe(303);
    expect(await stored('ada')).toEqual(confirmedNow(MAIL));
    expect(confirmedBy()).toEqual(['not-me']);
  });

  it('only once: a second reset tells nobody anything new', async () => {
    await test.typedPerson('ada', 'user', MAIL);
    for (const words of [NEW, PASSWORD]) {
      await test.visitor().post('/forgot', { email: MAIL });
      const links = (await mailsOf(test)).filter(({ subject }) => subject.startsWith('Set a new password'));
      for (const { link } of links) {
        const ada = await opened(test, link);
        await ada.post('/reset', { password: words, password_again: words });
      }
      test.clock.pass(1);
    }
    expect(confirmedBy()).toEqual(['reset']);
    expect(await stored('ada')).toEqual([MAIL, test.clock.now() - 2]);
  });
});

describe('an address is not confirmed', () => {
  it('that was typed on the command line or at /setup', async () => {
    await test.typedPerson('ada', 'user', MAIL);
    expect(await stored('ada')).toEqual(UNCONFIRMED);
  });

  it('by opening a link that went to the address before, or by one that is over', async () => {
    const id = await test.typedPerson('ada', 'user', MAIL);
    await test.visitor().post('/forgot', { email: MAIL });
    const ada = await opened(test, (await mailTo(test, MAIL, /Set a new password/)).link);
    await test.sql("UPDATE users SET email = 'b@x.org', email_key = 'b@x.org' WHERE id = $1", [id]);
    expect((await ada.post('/reset', password)).status).toBe(410);
    expect(await stored('ada')).toEqual(UNCONFIRMED);
  });
});

describe('an address that an operator typed, and that may be a stranger’s,', () => {
  const MARK =
    /Somebody signed in to the account|The password of the account|asked to change|now has another/;
  const noticesTo = async (address: string) =>
    (await mailsOf(test))
      .map(mail => ({ ...mail, text: mail.text.replaceAll(/\s+/g, ' ') }))
      .filter(({ to, text }) => to === address && MARK.test(text));

  it('is told what was done and what helps, and nothing of the account: neither link, name, place nor device', async () => {
    await test.typedPerson('ada', 'user', MAIL);
    for (let turn = 0; turn < 2; turn++) await test.signedIn();
    const ada = await test.signedIn();
    await ada.postForm('/account/email', { email: 'ada@new.example' });
    await ada.postForm('/account/password', { current_password: PASSWORD, ...password });
    const again = test.visitor();
    await again.signIn('ada', NEW);
    await again.postForm('/account/email', { email: 'ada@new.example' });
    // The new link takes the place of the first. Mails of one moment lie in any order.
    const answers: number[] = [];
    for (const { to, link } of await mailsOf(test))
      if (to === 'ada@new.example') answers.push((await (await opened(test, link)).post('/verify')).status);
    expect(answers.sort()).toEqual([303, 410]);
    const notices = await noticesTo(MAIL);
    expect(new Set(notices.map(({ text }) => MARK.exec(text)?.[0])).size).toBe(4);
    for (const { text, link } of notices)
      expect([link, /\bada\b|127\.0|not-me/i.test(text)]).toEqual(['', false]);
    expect(await test.sql("SELECT 1 FROM one_time_tokens WHERE purpose = 'not-me'")).toEqual([]);
  });

  it('gets the link once it is confirmed, also by the very reset that the notice tells of', async () => {
    await test.typedPerson('ada', 'user', MAIL);
    await test.visitor().post('/forgot', { email: MAIL });
    const ada = await opened(test, (await mailTo(test, MAIL, /Set a new password/)).link);
    expect((await ada.post('/reset', password)).status).toBe(303);
    expect((await mailTo(test, MAIL, /password was changed/)).link).toContain('/not-me');
  });
});

describe('the profile of somebody whose address an operator typed', () => {
  let ada: Visitor;
  let id: string;
  beforeEach(async () => {
    id = await test.typedPerson('ada', 'user', MAIL);
    ada = await test.signedIn();
  });

  const ask = () => ada.postForm('/account/email/confirm');
  const link = async () => (await mailTo(test, MAIL, /Confirm your address/)).link;

  it('says that it is not confirmed yet, with one button', async () => {
    const { body } = await ada.get('/account');
    expect(body).toMatch(/Not confirmed yet[^]*action="\/account\/email\/confirm"[^]*Send a link/);
    expect(body.split(BUTTON)).toHaveLength(2);
  });

  it('sends a link there, which confirms it with a button and not by being opened', async () => {
    const asked = await ask();
    expect([asked.status, asked.location]).toEqual([303, '/account']);
    expect((await ada.get('/account')).body).toContain(`Open the link we sent to ${MAIL}`);
    const visitor = await opened(test, await link());
    await test.visitor().send('HEAD', await link());
    expect((await visitor.get('/verify')).body).toMatch(/Confirm that <strong>ada@example\.org<\/strong>/);
    expect(await stored('ada')).toEqual(UNCONFIRMED);
    test.clock.pass(hours(24) - 1);
    const done = await visitor.post('/verify');
    expect([done.status, done.location]).toEqual([303, '/login?done=verified']);
    expect(await stored('ada')).toEqual(confirmedNow(MAIL));
    expect(test.log.events('user_email_confirmed')).toMatchObject([{ userId: id, by: 'confirm-address' }]);
    ada = await test.signedIn();
    expect((await ada.get('/account')).body).not.toMatch(/Not confirmed yet|Send a link/);
    await ask();
    expect((await ada.get('/account')).body).toContain('There was nothing to confirm.');
    expect((await mailsOf(test)).filter(({ to }) => to === MAIL)).toHaveLength(2);
  });

  it('tells nobody whom the address may belong to who the person is', async () => {
    await test.sql("UPDATE users SET display_name = 'Countess' WHERE id = $1", [id]);
    await ask();
    const { raw } = await mailTo(test, MAIL, /Confirm your address/);
    expect(raw).not.toMatch(/Countess|127\.0\.0\.1/);
  });

  it('sends three mails an hour, and then says how long to wait', async () => {
    for (let turn = 0; turn < 3; turn++) {
      expect((await ask()).status).toBe(303);
      test.clock.pass(6000);
    }
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(refused.headers['retry-after']).toBeDefined();
    expect(refused.body).toMatch(/Not confirmed yet[^]*Too many mails have been requested/);
    expect(refused.body.split('Too many mails')).toHaveLength(2);
  });

  it('takes the form from nobody else', async () => {
    expect((await test.visitor().post('/account/email/confirm')).location).toContain('/login');
    expect((await ada.post('/account/email/confirm')).status).toBe(403);
    expect(await mailsOf(test)).toEqual([]);
  });

  it('has what was confirmed and when in the data that one takes away', async () => {
    const account = async () => {
      const told = JSON.parse((await ada.get('/account/data')).body) as { account: object };
      return told.account;
    };
    expect(await account()).toMatchObject({ emailConfirmedAt: null });
    await ask();
    await (await opened(test, await link())).post('/verify');
    expect(await account()).toMatchObject({ emailConfirmedAt: '2026-11-23T12:00:00.000Z' });
  });

  describe('the link', () => {
    let visitor: Visitor;
    beforeEach(async () => {
      await ask();
      visitor = await opened(test, await link());
    });

    it('works once, also when it is used twenty times at once', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => visitor.copy().insist('/verify')));
      expect(answers.map(({ status }) => status).sort()).toEqual([303, ...Array<number>(19).fill(410)]);
      expect(confirmedBy()).toEqual(['confirm-address']);
    });

    it('is good for a day', async () => {
      test.clock.pass(hours(24));
      expect((await visitor.get('/verify')).status).toBe(410);
      expect((await visitor.post('/verify')).status).toBe(410);
      expect(await stored('ada')).toEqual(UNCONFIRMED);
    });

    it('dies with the address', async () => {
      await test.sql("UPDATE users SET email = 'b@x.org', email_key = 'b@x.org' WHERE id = $1", [id]);
      expect((await visitor.get('/verify')).status).toBe(410);
      expect((await visitor.post('/verify')).status).toBe(410);
      expect(await stored('ada')).toEqual(UNCONFIRMED);
    });

    it('dies with the account', async () => {
      await test.sql('DELETE FROM users WHERE id = $1', [id]);
      expect((await visitor.post('/verify')).status).toBe(410);
    });

    it('has nothing left to do once a reset has confirmed the address', async () => {
      await test.visitor().post('/forgot', { email: MAIL });
      const reset = await opened(test, (await mailTo(test, MAIL, /Set a new password/)).link);
      await reset.post('/reset', password);
      expect((await visitor.get('/verify')).status).toBe(410);
      expect((await visitor.post('/verify')).status).toBe(410);
      expect(confirmedBy()).toEqual(['reset']);
    });
  });
});

describe('where no mail is sent', () => {
  it('offers no confirmation', async () => {
    await test.close();
    test = await TestApp.start({ NODE_ENV: 'production' });
    await test.typedPerson('ada', 'user', MAIL);
    const ada = await test.signedIn();
    expect((await ada.get('/account')).body).not.toMatch(/Not confirmed yet|Send a link/);
    expect((await ada.postForm('/account/email/confirm')).status).toBe(404);
  });
});
