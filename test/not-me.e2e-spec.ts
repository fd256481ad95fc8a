import { OneTimeTokens } from '../src/credentials/one-time-tokens.js';
import { Transaction } from '../src/database/transaction.js';
import { days } from '../src/kernel/durations.js';
import { opened } from './support/mailed-link.js';
import { mailsOf, mailTo } from './support/outbox.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const MAIL = 'ada@example.org';
const NEW = 'seven calm otters drift';

let test: TestApp;
let ada: Visitor;
let adaId: string;
/** Somebody who knows the password. */
let eve: Visitor;
/** The link in the notice of eve's sign-in. */
let link: string;

beforeEach(async () => {
  test = await TestApp.start();
  adaId = await test.person('ada', 'user', MAIL);
  ada = await test.signedIn();
  eve = await test.signedIn();
  ({ link } = await mailTo(test, MAIL, /New sign-in/));
  // Whatever eve does next comes later.
  test.clock.pass(1);
});
afterEach(() => test.close());

const report = async (from = link) => (await opened(test, from)).post('/not-me');
const address = async () => {
  const rows = await test.sql<{ email: string }>('SELECT email FROM users WHERE id = $1', [adaId]);
  return rows[0]?.email;
};

/** What whoever is signed in as `visitor` needs for making an address theirs. */
async function takeAddress(visitor: Visitor, email: string): Promise<void> {
  await visitor.postForm('/account/email', { email });
  const change = await mailTo(test, email, /Confirm your new address/);
  expect((await (await opened(test, change.link)).post('/verify')).status).toBe(303);
  test.clock.pass(1);
}

/** Sets a password with the link that came after "this was not me". */
async function resetBy(email: string, password: string): Promise<void> {
  const mail = await mailTo(test, email, /set a new password/);
  const visitor = await opened(test, mail.link);
  expect((await visitor.post('/reset', { password, password_again: password })).status).toBe(303);
}

describe('links "this was not me"', () => {
  it('are good side by side, the latest 50 at an address: nobody can make more than can be taken back', async () => {
    const tokens = test.get(OneTimeTokens);
    const issue = (address: string) =>
      test
        .get(Transaction)
        .run(manager =>
          tokens.issue(manager, { purpose: 'not-me', subject: adaId, address, replaces: false }),
        );
    const elsewhere = await issue('ada@old.example');
    const made: string[] = [];
    for (let n = 0; n < 55; n++) made.push(await issue(MAIL));
    const rows = await test.sql('SELECT 1 FROM one_time_tokens WHERE subject = $1 AND address = $2', [
      adaId,
      MAIL,
    ]);
    expect(rows).toHaveLength(50);
    expect(await tokens.look(made.at(-1)!, 'not-me')).not.toBeNull();
    expect(await tokens.look(elsewhere, 'not-me')).not.toBeNull();
  });
});

describe('the link "this was not me"', () => {
  it('shows a page as often as it is opened, and changes nothing by that', async () => {
    for (let turn = 0; turn < 3; turn++) {
      await test.visitor().send('HEAD', link);
      const page = await (await opened(test, link)).get('/not-me');
      expect(page.body).toContain('This was not you?');
    }
    expect((await eve.get('/welcome')).status).toBe(200);
    expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(303);
    expect(test.log.events('authn_not_me')).toEqual([]);
  });

  it('ends every session, switches the password off, and mails a link to set a new one', async () => {
    const answer = await report();
    expect([answer.status, answer.location]).toEqual([303, '/login?done=not-me']);
    expect((await test.visitor().get('/login?done=not-me')).body).toContain('All sessions have been ended');
    for (const visitor of [ada, eve]) expect((await visitor.get('/welcome')).status).toBe(303);
    for (const visitor of [ada, eve]) expect((await visitor.signIn('ada', PASSWORD)).status).toBe(422);
    expect(test.log.events('authn_not_me')).toMatchObject([
      { userId: adaId, outcome: 'success', endedSessions: 2 },
    ]);
    await resetBy(MAIL, NEW);
    expect((await eve.signIn('ada', PASSWORD)).status).toBe(422);
    expect((await test.visitor().signIn('ada', NEW)).status).toBe(303);
  });

  it('works once, also when it is posted twenty times at once', async () => {
    const visitor = await opened(test, link);
    const answers = await Promise.all(Array.from({ length: 20 }, () => visitor.copy().insist('/not-me')));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, ...Array(19).fill(410)]);
    await resetBy(MAIL, NEW);
    expect((await report()).status).toBe(410);
    expect((await test.visitor().signIn('ada', NEW)).status).toBe(303);
  });

  it('is good for seven days', async () => {
    const visitor = await opened(test, link);
    test.clock.pass(days(7) - 2);
    expect((await visitor.get('/not-me')).status).toBe(200);
    test.clock.pass(1);
    expect((await visitor.get('/not-me')).status).toBe(410);
    expect((await visitor.post('/not-me')).status).toBe(410);
    expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(303);
  });

  it('stays good beside the links of other notices', async () => {
    await test.signedIn();
    const links = (await mailsOf(test)).map(mail => mail.link);
    expect(links).toHaveLength(2);
    for (const one of links) expect((await report(one)).status).toBe(303);
  });

  it('is of no use to anyone without the mail: not guessed, not from another purpose, not of another site', async () => {
    for (const token of ['', 'a'.repeat(43), adaId]) {
      expect((await (await opened(test, `/not-me?token=${token}`)).post('/not-me')).status).toBe(410);
    }
    expect((await eve.postForm('/not-me')).status).toBe(410);
    await test.visitor().post('/forgot', { email: MAIL });
    const other = (await mailTo(test, MAIL, /Set a new password/)).link;
    expect((await report(other.replace('/reset', '/not-me'))).status).toBe(410);
    const visitor = await opened(test, link);
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' };
    expect((await visitor.post('/not-me', {}, foreign)).status).toBe(403);
    expect((await ada.get('/welcome')).status).toBe(200);
    const rows = JSON.stringify([
      await test.sql('SELECT * FROM one_time_tokens'),
      await test.sql('SELECT * FROM mails'),
      test.log.lines,
    ]);
    expect(rows).not.toContain(link.split('token=')[1]);
  });

  it('voids reset links and address changes that are on their way', async () => {
    await test.visitor().post('/forgot', { email: MAIL });
    const forgot = (await mailTo(test, MAIL, /Set a new password/)).link;
    await eve.postForm('/account/email', { email: 'eve@evil.test' });
    const change = (await mailTo(test, 'eve@evil.test', /Confirm/)).link;
    await report();
    expect((await (await opened(test, change)).post('/verify')).status).toBe(410);
    const fields = { password: NEW, password_again: NEW };
    expect((await (await opened(test, forgot)).post('/reset', fields)).status).toBe(410);
    expect(await address()).toBe(MAIL);
  });
});

describe('after an intruder changed the address, "this was not me"', () => {
  const EVIL = 'eve@evil.test';

  it('brings the address back, and the reset link goes there', async () => {
    await takeAddress(eve, EVIL);
    expect((await report()).status).toBe(303);
    expect(await address()).toBe(MAIL);
    expect((await mailsOf(test)).filter(mail => mail.link.startsWith('/reset?')).map(({ to }) => to)).toEqual(
      [MAIL],
    );
    await resetBy(MAIL, NEW);
    expect((await test.visitor().signIn(MAIL, NEW)).status).toBe(303);
  });

  it('takes the worth of notices that went to the intruder’s address', async () => {
    await takeAddress(eve, EVIL);
    await test.signedIn();
    const toEve = (await mailTo(test, EVIL, /New sign-in/)).link;
    await report();
    await resetBy(MAIL, NEW);
    expect((await report(toEve)).status).toBe(410);
    expect(await address()).toBe(MAIL);
    expect((await test.visitor().signIn('ada', NEW)).status).toBe(303);
  });

  it('still works for the owner where the intruder used it first, from one address or two', async () => {
    await takeAddress(eve, EVIL);
    await takeAddress(eve, 'eve@two.test');
    const toEve = (await mailTo(test, EVIL, /was changed/)).link;
    expect((await report(toEve)).status).toBe(303);
    expect(await address()).toBe(EVIL);
    expect((await report()).status).toBe(303);
    expect(await address()).toBe(MAIL);
    expect((await mailTo(test, MAIL, /set a new password/)).link).toContain('/reset?token=');
  });

  it('leaves the address where it is when somebody else has the old one by now', async () => {
    await takeAddress(eve, EVIL);
    await test.person('bea', 'user', MAIL);
    expect((await report()).status).toBe(303);
    expect(await address()).toBe(EVIL);
    expect((await eve.get('/welcome')).status).toBe(303);
  });
});
