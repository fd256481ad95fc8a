import { localOrigin } from '../src/audit/security-event.js';
import { Invite } from '../src/registration/invite.js';
import { parseEmailAddress } from '../src/users/email-address.js';
import { opened } from './support/mailed-link.js';
import { mailTo } from './support/outbox.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Answer, Visitor } from './support/visitor.js';

const ADDRESS = 'ada@example.org';
const KNOWN = 'You already have an account';
const chosen = { username: 'other', password: PASSWORD, password_again: PASSWORD };

let test: TestApp;
let registering: Visitor;
let links: Record<'register' | 'invite' | 'email-change', string>;

/** Three links wait at one address, and one page stands open, when the address gets an account in another way. */
beforeAll(async () => {
  test = await TestApp.start();
  registering = test.visitor();
  await registering.post('/register', { ...chosen, username: 'ada', email: ADDRESS });
  await test.get(Invite).send(parseEmailAddress(ADDRESS)!, 'user', localOrigin('test'));
  await test.person('bea');
  await (await test.signedIn('bea')).postForm('/account/email', { email: ADDRESS });
  links = {
    register: (await mailTo(test, ADDRESS, /Confirm your address/)).link,
    invite: (await mailTo(test, ADDRESS, /You are invited/)).link,
    'email-change': (await mailTo(test, ADDRESS, /Confirm your new address/)).link,
  };
  await opened(test, links.register, registering);
  expect((await registering.get('/verify')).status).toBe(200);
  await test.person('ada-lovelace', 'user', 'ADA@example.org');
});
afterAll(() => test.close());

const expectKnown = (answer: Answer) => {
  expect([answer.status, answer.body.includes(`<h1>${KNOWN}</h1>`)]).toEqual([410, true]);
  expect(answer.body).toMatch(/<a class="button" href="\/login">Sign in<\/a>/);
  expect(answer.body).toMatch(/<a class="button quiet" href="\/forgot">Set a new password<\/a>/);
  expect(answer.body).not.toMatch(/ada-lovelace|Choose another/);
};

describe('a mailed link whose address has an account by now', () => {
  it.each([
    ['register', '/verify'],
    ['email-change', '/verify'],
    ['invite', '/invite'],
  ] as const)('says so, and leads on: %s', async (kind, page) => {
    const visitor = await opened(test, links[kind]);
    expectKnown(await visitor.get(page));
    expectKnown(await visitor.post(page, kind === 'email-change' ? {} : chosen));
    expect(await test.sql("SELECT 1 FROM users WHERE username_key = 'other'")).toEqual([]);
  });

  it('says so in the browser that registered, whatever name is tried', async () => {
    expectKnown(await registering.post('/verify'));
    expectKnown(await registering.post('/verify', { username: 'yet-another' }));
  });

  it('says so to programs', async () => {
    const visitor = await opened(test, links.invite);
    const { status, body } = await visitor.post('/invite', chosen, { accept: 'application/json' });
    expect([status, JSON.parse(body)]).toEqual([410, expect.objectContaining({ title: KNOWN })]);
  });

  it('says nothing of it to somebody without the link', async () => {
    const { status, body } = await test.visitor().post('/verify', { ...chosen, link: 'x' });
    expect([status, body.includes(KNOWN)]).toEqual([410, false]);
  });
});

describe('a mailed link whose username somebody has by now', () => {
  it('still asks for another one', async () => {
    const visitor = test.visitor();
    await visitor.post('/register', { ...chosen, username: 'cleo', email: 'cleo@example.org' });
    await opened(test, (await mailTo(test, 'cleo@example.org', /Confirm/)).link, visitor);
    await test.person('cleo');
    const refused = await visitor.post('/verify');
    expect([refused.status, refused.body.includes('Choose another.')]).toEqual([422, true]);
    expect((await visitor.post('/verify', { username: 'cleo2' })).location).toBe('/welcome');
  });
});
