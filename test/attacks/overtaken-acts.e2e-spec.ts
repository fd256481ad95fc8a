import { localOrigin } from '../../src/audit/security-event.js';
import { DeletePerson } from '../../src/credentials/delete-person.js';
import { AccessTokens } from '../../src/forward-auth/access-tokens.js';
import { Memberships } from '../../src/groups/memberships.js';
import { Tickets } from '../../src/forward-auth/tickets.js';
import { SignInSteps } from '../../src/second-factor/sign-in-steps.js';
import { RequestEmailChange } from '../../src/registration/request-email-change.js';
import { AccountChange } from '../../src/sessions/account-change.js';
import { SessionList } from '../../src/sessions/session-list.js';
import { User } from '../../src/users/user.entity.js';
import { at, InsideApplications } from '../support/inside-applications.js';
import { opened } from '../support/mailed-link.js';
import { mailTo } from '../support/outbox.js';
import { enrol } from '../support/second-factor.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import type { Answer, Visitor } from '../support/visitor.js';

const MAIL = 'ada@example.org';
const EVIL = 'eve@evil.test';
const HERE = localOrigin('owner');

let test: TestApp;
let inside: InsideApplications;
let adaId: string;
/** Somebody who is signed in as Ada. */
let eve: Visitor;
/** The page of the link that a notice brought to Ada's address. */
let notice: Visitor;

beforeEach(async () => {
  test = await TestApp.start();
  inside = new InsideApplications(test);
  adaId = await test.person('ada', 'user', MAIL);
  await test.putInto('staff', adaId);
  await inside.add('wiki', { groups: ['staff'] });
  await test.signedIn();
  eve = await test.signedIn();
  notice = await opened(test, (await mailTo(test, MAIL, /New sign-in/)).link);
  test.clock.pass(1);
});
afterEach(() => test.close());

/** What an owner or an operator does against whoever is signed in as somebody. */
const AGAINST: Readonly<Record<string, () => Promise<unknown>>> = {
  '“this was not me”': () => notice.post('/not-me'),
  'the end of their session': () => test.get(SessionList).endAll(adaId, 'operator', HERE),
  'the end of their account': () =>
    test.get(AccountChange).apply({
      ...{ userId: adaId, event: 'user_disabled', origin: HERE },
      change: async manager =>
        (await manager.update(User, { id: adaId }, { disabledAt: test.clock.now() })).affected === 1,
    }),
};

/** Does something else once a request is about to write, and had been let through by then. */
function before<T extends object, K extends keyof T>(
  object: T,
  method: K,
  work: () => Promise<unknown>,
): void {
  const act = (object[method] as (...values: unknown[]) => Promise<unknown>).bind(object);
  Object.assign(object, {
    [method]: async (...values: unknown[]) => {
      Object.assign(object, { [method]: act });
      await work();
      return act(...values);
    },
  });
}

const count = async (statement: string) => (await test.sql(statement, [adaId])).length;
const tokens = () => count('SELECT 1 FROM access_tokens WHERE user_id = $1');
const changes = () => count("SELECT 1 FROM one_time_tokens WHERE subject = $1 AND purpose = 'email-change'");
const accounts = () => count('SELECT 1 FROM users WHERE id = $1');

/** As who sends a form after they were signed out. */
const isToldSo = ({ status, location }: Answer) => status === 303 && location?.startsWith('/login?') === true;

const makeToken = () => eve.postForm('/account/tokens', { application: 'wiki', name: 'Phone', days: '365' });

const goToWiki = () =>
  eve.get(`/enter?${new URLSearchParams({ at: at('wiki'), to: '/', browser: 'b'.repeat(43) }).toString()}`, {
    'sec-fetch-dest': 'document',
  });
const tickets = () =>
  count('SELECT 1 FROM entry_tickets t JOIN sign_ins i ON i.id = t.sign_in_id WHERE i.user_id = $1');

describe.each(Object.keys(AGAINST))('whoever is overtaken by %s', what => {
  const against = () => AGAINST[what]?.() ?? Promise.reject(new Error(what));

  it('makes no access token', async () => {
    before(test.get(AccessTokens), 'make', against);
    expect([isToldSo(await makeToken()), await tokens()]).toEqual([true, 0]);
  });

  it('asks for no other address', async () => {
    before(test.get(RequestEmailChange), 'request', against);
    const answer = await eve.postForm('/account/email', { email: EVIL });
    expect([isToldSo(answer), await changes()]).toEqual([true, 0]);
  });

  it('gets no ticket to an application', async () => {
    before(test.get(Tickets), 'issue', against);
    expect([isToldSo(await goToWiki()), await tickets()]).toEqual([true, 0]);
  });

  it('closes no account', async () => {
    before(test.get(DeletePerson), 'delete', against);
    const answer = await eve.postForm('/account/close', { username: 'ada' });
    expect([isToldSo(answer), await accounts()]).toEqual([true, 1]);
  });
});

it('whoever leaves the group meanwhile makes no access token by it', async () => {
  const leave = { join: [], leave: ['staff'] };
  before(test.get(AccessTokens), 'make', () => test.get(Memberships).change(adaId, leave, HERE));
  const answer = await makeToken();
  expect([answer.body.includes('Choose an application'), await tokens()]).toEqual([true, 0]);
});

it('whose account is deleted meanwhile gets no ticket, and is told to sign in', async () => {
  const person = { id: adaId, email: MAIL };
  before(test.get(Tickets), 'issue', () => test.get(DeletePerson).delete({ person, origin: HERE }));
  const { status, location } = await goToWiki();
  expect([status, location]).toEqual([303, expect.stringContaining('/login?return_to=%2Fenter')]);
});

it('whose account is deleted meanwhile begins no second step', async () => {
  await enrol(test, eve);
  const person = { id: adaId, email: MAIL };
  before(test.get(SignInSteps), 'begin', () => test.get(DeletePerson).delete({ person, origin: HERE }));
  const answer = await test.visitor().arrive('ada', PASSWORD);
  expect([answer.status, answer.setCookies]).toEqual([422, []]);
});

it('who is not overtaken does all of it', async () => {
  expect((await goToWiki()).location).toContain('/.gatehouse/enter?ticket=');
  expect((await makeToken()).body).toContain('gth_');
  await eve.postForm('/account/email', { email: EVIL });
  expect([await tokens(), await changes()]).toEqual([1, 1]);
  await eve.postForm('/account/close', { username: 'ada' });
  expect(await accounts()).toBe(0);
});
