import { localOrigin } from '../../src/audit/security-event.js';
import { Arrivals } from '../../src/auth/arrivals.js';
import { ChangeFactors } from '../../src/auth/change-factors.js';
import { LostFactors } from '../../src/second-factor/lost-factors.js';
import { MOST_TRIES, SignInSteps } from '../../src/second-factor/sign-in-steps.js';
import { Crowd } from '../support/crowd.js';
import { mailsOf, mailTo } from '../support/outbox.js';
import {
  answerStep,
  enrol,
  fieldOf,
  makeCodes,
  Phone,
  secretOn,
  toSecondStep,
} from '../support/second-factor.js';
import { TestApp } from '../support/test-app.js';
import type { Answer, Visitor } from '../support/visitor.js';

const MAIL = 'ada@example.org';
const CODES = '/account/security/recovery-codes';

let test: TestApp;
let adaId: string;
let ada: Visitor;
let phone: Phone;
beforeEach(async () => {
  test = await TestApp.start();
  adaId = await test.person('ada', 'user', MAIL);
  ada = await test.signedIn();
  phone = await enrol(test, ada);
});
afterEach(() => test.close());

const TWENTY = Array.from({ length: 20 });
/** One after the other: together, so many sign-ins are more than one address may try. */
async function twentySteps(): Promise<[Visitor[], string[]]> {
  const visitors = TWENTY.map(() => test.visitor());
  const pages: string[] = [];
  for (const visitor of visitors) pages.push(await toSecondStep(visitor));
  return [visitors, pages];
}
/** All at once, as far as the budgets let: what was counted goes when half of them stand there, and the others come. */
async function allAtOnce(crowd: Crowd, send: (n: number) => Promise<Answer>): Promise<Answer[]> {
  const first = TWENTY.slice(10).map((_, n) => send(n));
  await crowd.has(10);
  await test.stored.clearAttempts();
  return Promise.all([...first, ...TWENTY.slice(10).map((_, n) => send(n + 10))]);
}
const entered = (answers: readonly Answer[]) =>
  answers.filter(({ setCookies }) => setCookies.some(line => /^gatehouse=s%3A/.test(line)));
/** Clicks of one form in as many tabs: each has been let to the change before the first one changes something. */
async function clicks(
  visitor: Visitor,
  change: 'add' | 'remove' | 'makeCodes',
  path: string,
  form: Record<string, string>,
): Promise<Answer[]> {
  const copies = TWENTY.map(() => visitor.copy());
  Crowd.at(test.get(ChangeFactors), change, TWENTY.length);
  return Promise.all(copies.map((copy, n) => copy.insist(path, form, { 'user-agent': `${n}` })));
}

describe('of twenty at once, one wins', () => {
  /** They stand where each has shown something that is right, and none has used it up. */
  const withProof = () => Crowd.at(test.get(Arrivals), 'welcome', TWENTY.length);

  it('with one code, each in a step of its own', async () => {
    const [visitors, pages] = await twentySteps();
    const code = phone.fresh();
    const answers = await allAtOnce(withProof(), n => answerStep(visitors[n]!, pages[n]!, { code }));
    expect(entered(answers)).toHaveLength(1);
  });

  it('with one recovery code', async () => {
    const [recovery_code = ''] = await makeCodes(ada);
    const [visitors, pages] = await twentySteps();
    const answers = await allAtOnce(withProof(), n => answerStep(visitors[n]!, pages[n]!, { recovery_code }));
    expect(entered(answers)).toHaveLength(1);
    expect((await test.sql('SELECT * FROM recovery_codes WHERE used_at IS NOT NULL')).length).toBe(1);
  });

  it('with one step, as many as it takes guesses', async () => {
    const { entered: inside } = await manyWaysAtOnce(MOST_TRIES);
    expect(inside).toHaveLength(1);
  });

  it('with one step and eleven ways to complete it, unless guesses past the last have ended it first', async () => {
    const { entered: inside, used } = await manyWaysAtOnce(TWENTY.length);
    expect(inside.length).toBeLessThan(2);
    expect(used).toBeLessThan(2);
  });

  /** So many right answers to one step, which meet where the sign-in begins. */
  async function manyWaysAtOnce(count: number) {
    const codes = await makeCodes(ada);
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    const fields = [{ code: phone.fresh() }, ...codes.map(recovery_code => ({ recovery_code }))];
    const copies = Array.from({ length: count }, () => visitor.copy());
    Crowd.at(test.get(Arrivals), 'welcome', MOST_TRIES);
    const answers = await Promise.all(copies.map((copy, n) => answerStep(copy, page, fields[n % 11]!)));
    const used = await test.sql('SELECT * FROM recovery_codes WHERE used_at IS NOT NULL');
    return { entered: entered(answers), used: used.length };
  }

  it('no more than five wrong codes are looked at in one step', async () => {
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    const copies = TWENTY.map(() => visitor.copy());
    // Each was let to the step while it had all its guesses.
    const crowd = Crowd.at(test.get(SignInSteps), 'tryOnce', TWENTY.length);
    await allAtOnce(crowd, n => answerStep(copies[n]!, page, { code: phone.wrong() }));
    expect(test.log.events('authn_step_fail').length).toBe(MOST_TRIES);
    expect((await mailsOf(test)).filter(({ subject }) => /knows your/.test(subject)).length).toBe(1);
  });

  it('adding one authenticator', async () => {
    const eveId = await test.person('eve');
    const eve = await test.signedIn('eve');
    const page = await eve.get('/account/security/authenticator');
    const fresh = new Phone(test, secretOn(page));
    const form = { pending: fieldOf(page, 'pending'), code: fresh.code(), _csrf: await eve.csrf() };
    const answers = await clicks(eve, 'add', '/account/security/authenticator', form);
    expect(entered(answers)).toHaveLength(1);
    const added = test.log.events('authn_factor_added').filter(({ userId }) => userId === eveId);
    expect(added).toHaveLength(1);
  });

  it('putting one set of recovery codes into force: ten stand there, and one mail tells of it', async () => {
    const page = await ada.get('/account/security/recovery-codes');
    const form = { pending: fieldOf(page, 'pending'), _csrf: await ada.csrf() };
    await clicks(ada, 'makeCodes', '/account/security/recovery-codes', form);
    expect((await test.sql('SELECT * FROM recovery_codes')).length).toBe(10);
    expect((await mailsOf(test)).filter(({ subject }) => /new recovery codes/.test(subject))).toHaveLength(1);
  });

  it('removing a factor', async () => {
    const form = { _csrf: await ada.csrf() };
    await clicks(ada, 'remove', '/account/security/authenticator/remove', form);
    expect((await mailsOf(test)).filter(({ subject }) => /was removed/.test(subject))).toHaveLength(1);
  });

  it('putting two sets of recovery codes into force that stood open side by side: ten codes are there', async () => {
    const pages = [await ada.get(CODES), await ada.get(CODES)];
    const forms = pages.map(page => fieldOf(page, 'pending'));
    const _csrf = await ada.csrf();
    Crowd.at(test.get(ChangeFactors), 'makeCodes', TWENTY.length);
    const answers = await Promise.all(
      TWENTY.map((_, n) =>
        ada.copy().insist(CODES, { pending: forms[n % 2]!, _csrf }, { 'user-agent': `${n}` }),
      ),
    );
    // Clicks of one page are told that its codes are in force, and those of the other that theirs are not.
    const pagesThat = (status: number) => [
      ...new Set(answers.flatMap((answer, n) => (answer.status === status ? [n % 2] : []))),
    ];
    const [winner = -1] = pagesThat(303);
    expect([pagesThat(303), pagesThat(422)]).toEqual([[winner], [1 - winner]]);
    expect((await test.sql('SELECT * FROM recovery_codes')).length).toBe(10);
  });

  it('with one code after a reset, each in a step of its own: in one of them a factor can be added', async () => {
    await test.get(LostFactors).reset(adaId, true, localOrigin('test'));
    const [visitors, pages] = await twentySteps();
    const step = fieldOf(await visitors[0]!.get(pages[0]!), 'step');
    await visitors[0]!.post('/login/second-step/reset-code', { step });
    const { text } = await mailTo(test, MAIL, /Your code/);
    const reset_code = /[0-9a-z]{5}(-[0-9a-z]{1,5}){5}/.exec(text)?.[0] ?? '';
    const crowd = Crowd.at(test.get(SignInSteps), 'turnToEnrol', TWENTY.length);
    const answers = await allAtOnce(crowd, n => answerStep(visitors[n]!, pages[n]!, { reset_code }));
    expect(answers.filter(({ location }) => location?.startsWith('/login/second-step'))).toHaveLength(1);
    expect((await test.sql("SELECT * FROM sign_in_steps WHERE purpose = 'enrol'")).length).toBe(1);
  });
});

describe('of twenty who must add a factor first, in steps of their own', () => {
  it('one is in, and its app is the one that counts', async () => {
    const strict = await TestApp.start({ SECOND_FACTOR: 'everybody' });
    await strict.person('eve');
    const visitors = TWENTY.map(() => strict.visitor());
    const pages: string[] = [];
    for (const visitor of visitors) pages.push(await toSecondStep(visitor, 'eve'));
    const shown = await Promise.all(visitors.map((visitor, n) => visitor.get(pages[n]!)));
    Crowd.at(strict.get(Arrivals), 'welcome', TWENTY.length);
    const answers = await Promise.all(
      visitors.map((visitor, n) => {
        const code = new Phone(strict, secretOn(shown[n]!)).code();
        return answerStep(visitor, pages[n]!, { code, pending: fieldOf(shown[n]!, 'pending') });
      }),
    );
    const winner = answers.findIndex(answer => entered([answer]).length === 1);
    expect(entered(answers)).toHaveLength(1);
    const app = new Phone(strict, secretOn(shown[winner]!));
    const again = strict.visitor();
    const page = await toSecondStep(again, 'eve');
    expect((await answerStep(again, page, { code: app.fresh() })).location).toBe('/welcome');
    await strict.close();
  });
});
