import { localOrigin } from '../src/audit/security-event.js';
import { days } from '../src/kernel/durations.js';
import type { Role } from '../src/kernel/principal.js';
import { Invite } from '../src/registration/invite.js';
import { parseEmailAddress } from '../src/users/email-address.js';
import { opened } from './support/mailed-link.js';
import { mailsOf, mailTo } from './support/outbox.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const MAIL = 'bea@example.org';

let test: TestApp;
beforeEach(async () => {
  test = await TestApp.start({ REGISTRATION: 'invite' });
});
afterEach(() => test.close());

/** What `gatehouse user invite` does. */
const invite = (address = MAIL, role: Role = 'user') =>
  test.get(Invite).send(parseEmailAddress(address)!, role, localOrigin('command line'));

/** Invites somebody and takes the link out of the mail. */
async function invited(address = MAIL, role: Role = 'user'): Promise<string> {
  const before = (await mailsOf(test)).map(mail => mail.link);
  expect(await invite(address, role)).toBe(true);
  return (await mailsOf(test)).map(mail => mail.link).find(link => !before.includes(link))!;
}

const CHOSEN = { username: 'bea', password: PASSWORD, password_again: PASSWORD };
const accept = (visitor: Visitor, fields: Record<string, string> = {}) =>
  visitor.post('/invite', { ...CHOSEN, ...fields });

const people = () =>
  test.sql<{ username: string }>('SELECT username, email, role FROM users WHERE NOT demo ORDER BY username');

describe('an invitation', () => {
  it('leads from the mail to an account with a name and a password of one’s own, and in', async () => {
    await invite();
    const mail = await mailTo(test, MAIL, /You are invited to Gatehouse/);
    expect(mail.text).toMatch(/because\s+they entered this address/);
    const bea = await opened(test, mail.link);
    const page = await bea.get('/invite');
    expect(page.body).toContain(MAIL);
    expect(await people()).toEqual([]);
    expect((await accept(bea)).location).toBe('/welcome');
    expect((await bea.get('/welcome')).status).toBe(200);
    expect((await test.visitor().signIn(MAIL, PASSWORD)).location).toBe('/welcome');
    expect(await people()).toEqual([{ username: 'bea', email: MAIL, role: 'user' }]);
    expect(test.log.events('user_invited')).toMatchObject([{ role: 'user' }]);
    expect(test.log.events('user_created')).toMatchObject([{ by: 'invite' }]);
  });

  it('gives the role that was granted, whatever the form says', async () => {
    const user = await opened(test, await invited());
    expect((await accept(user, { role: 'admin' })).status).toBe(400);
    expect((await accept(user)).status).toBe(303);
    const admin = await opened(test, await invited('cyd@example.org', 'admin'));
    expect((await accept(admin, { username: 'cyd' })).status).toBe(303);
    expect(await people()).toMatchObject([
      { username: 'bea', role: 'user' },
      { username: 'cyd', role: 'admin' },
    ]);
  });

  it('is for its address alone', async () => {
    const bea = await opened(test, await invited());
    expect((await accept(bea, { email: 'eve@example.org' })).status).toBe(400);
    expect(await people()).toEqual([]);
  });

  it.each([
    ['a name that is taken', { username: 'ADA' }, 'That username is taken'],
    ['a name that looks like one', { username: 'ａｄａ' }, 'That username is taken'],
    ['a name with a line break', { username: 'bea\r\nBcc' }, 'name="username"'],
    ['a short password', { password: 'short', password_again: 'short' }, 'That is too short.'],
    ['the address as a password', { password: MAIL, password_again: MAIL }, 'name="password"'],
    ['two passwords that differ', { password_again: 'other' }, 'The two passwords do not match.'],
  ])('is not used up by %s', async (_what, fields, words) => {
    await test.person('ada');
    const bea = await opened(test, await invited());
    const answer = await accept(bea, fields);
    expect(answer.status).toBe(422);
    expect(answer.body).toContain(words);
    expect(answer.body).not.toContain(PASSWORD);
    expect((await accept(bea)).status).toBe(303);
  });

  it('is looked at as often as anybody likes, and used once', async () => {
    const link = await invited();
    for (let turn = 0; turn < 3; turn++) {
      await test.visitor().send('HEAD', link);
      expect((await (await opened(test, link)).get('/invite')).status).toBe(200);
    }
    expect((await accept(await opened(test, link))).status).toBe(303);
    expect((await (await opened(test, link)).get('/invite')).status).toBe(410);
    expect((await accept(await opened(test, link), { username: 'eve' })).status).toBe(410);
  });

  it('makes one account where it is accepted twenty times at once', async () => {
    const bea = await opened(test, await invited());
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => bea.copy().insist('/invite', { ...CHOSEN, username: `bea${n}` })),
    );
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(await people()).toHaveLength(1);
  });

  it('is good for seven days', async () => {
    const bea = await opened(test, await invited());
    test.clock.pass(days(7) - 1);
    expect((await bea.get('/invite')).status).toBe(200);
    test.clock.pass(1);
    expect((await accept(bea)).status).toBe(410);
    expect(await people()).toEqual([]);
  });

  it('is void as soon as a newer one is sent to the same address', async () => {
    const older = await invited(MAIL, 'admin');
    const newer = await invited('BEA@example.org');
    expect((await accept(await opened(test, older))).status).toBe(410);
    expect((await accept(await opened(test, newer))).status).toBe(303);
    expect(await people()).toMatchObject([{ role: 'user' }]);
  });

  it('is not sent to an address that has an account', async () => {
    await test.person('ada', 'user', MAIL);
    expect(await invite('BEA@example.org')).toBe(false);
    expect(await mailsOf(test)).toEqual([]);
    expect(test.log.events('user_invited')).toEqual([]);
  });

  it('makes no second account for an address that got one meanwhile', async () => {
    const link = await invited();
    await test.person('ada', 'user', MAIL);
    expect((await accept(await opened(test, link))).status).toBe(410);
    expect(await people()).toMatchObject([{ username: 'ada' }]);
  });

  it('is needed: there is no account without one', async () => {
    expect((await accept(test.visitor())).status).toBe(410);
    expect((await accept(await opened(test, `/invite?token=${'a'.repeat(43)}`))).status).toBe(410);
    expect(await people()).toEqual([]);
  });
});

describe('REGISTRATION=closed', () => {
  it('has no invitations, not even those that are out', async () => {
    const closed = await TestApp.start({ REGISTRATION: 'closed' });
    expect((await closed.visitor().get(`/invite?token=${'a'.repeat(43)}`)).status).toBe(404);
    expect((await accept(closed.visitor())).status).toBe(404);
    await closed.close();
  });
});
