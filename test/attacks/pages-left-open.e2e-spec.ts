import { PASSWORD, TestApp } from '../support/test-app.js';
import { answerStep, enrol, fieldOf, type Phone, toSecondStep } from '../support/second-factor.js';
import type { Answer, Visitor } from '../support/visitor.js';

const CODES = '/account/security/recovery-codes';
const NEW = 'seven calm otters drift';

let test: TestApp;
let ada: Visitor;
let phone: Phone;
beforeEach(async () => {
  test = await TestApp.start();
  await test.person('ada', 'user', 'ada@example.org');
  ada = await test.signedIn();
  phone = await enrol(test, ada);
});
afterEach(() => test.close());

/** "I have saved them", in a tab of its own. */
const save = async (page: Answer, tab: string) =>
  ada.post(CODES, { pending: fieldOf(page, 'pending'), _csrf: await ada.csrf() }, { 'user-agent': tab });
const shownOn = ({ body }: Answer) =>
  [...body.matchAll(/<li><code>([0-9a-z-]{11})<\/code>/g)].map(([, code = '']) => code);
const enter = async (recovery_code: string) => {
  const visitor = test.visitor();
  return (await answerStep(visitor, await toSecondStep(visitor), { recovery_code })).status;
};

describe('a page of recovery codes that was left open', () => {
  it('brings no code back that was used', async () => {
    const first = await ada.get(CODES);
    await save(first, 'one');
    const [used = '', unused = ''] = shownOn(first);
    expect(await enter(used)).toBe(303);
    expect((await save(await ada.get(CODES), 'two')).status).toBe(303);
    const again = await save(first, 'three');
    expect(again.status).toBe(422);
    expect(again.body).toContain('were changed after that page was opened');
    expect([await enter(used), await enter(unused)]).toEqual([422, 422]);
  });

  it('takes nothing from the codes of another one, which were saved meanwhile', async () => {
    const [early, late] = [await ada.get(CODES), await ada.get(CODES)];
    expect((await save(late, 'late')).status).toBe(303);
    const refused = await save(early, 'early');
    expect(refused.status).toBe(422);
    expect(await enter(shownOn(late)[0]!)).toBe(303);
    // The page that says so has new ones, and those can be saved.
    expect((await save(refused, 'again')).status).toBe(303);
    expect(await enter(shownOn(refused)[0]!)).toBe(303);
  });

  it('says the same where it is sent twice: its codes are in force', async () => {
    const page = await ada.get(CODES);
    await save(page, 'one');
    expect((await save(page, 'two')).status).toBe(303);
    expect(await enter(shownOn(page)[0]!)).toBe(303);
  });
});

describe('a second step that was left open', () => {
  it('is over once the password was changed, and says so before a code is typed', async () => {
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    const chosen = { password: NEW, password_again: NEW };
    await ada.postForm('/account/password', { current_password: PASSWORD, ...chosen });
    const twin = visitor.copy();
    expect((await twin.get(page)).location).toBe('/login?done=step-over');
    expect((await answerStep(visitor, page, { code: phone.fresh() })).location).toBe('/login?done=step-over');
    // No guess was counted, and no code used up for it.
    const again = test.visitor();
    const step = (await again.signIn('ada', NEW)).location ?? '';
    expect((await answerStep(again, step, { code: phone.code() })).location).toBe('/welcome');
  });
});
