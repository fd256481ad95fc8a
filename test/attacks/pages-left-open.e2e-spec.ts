import { minutes } from '../../src/kernel/durations.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { answerStep, enrol, fieldOf, Phone, secretOn, toSecondStep } from '../support/second-factor.js';
import type { Answer, Visitor } from '../support/visitor.js';

const CODES = '/account/security/recovery-codes';
const APP = '/account/security/authenticator';
const KEY = '/account/security/passkeys/add';
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

/** Sends a form of Ada's for which her sign-in is too long ago, and confirms. @returns the page that she is led to. */
const confirmed = async (path: string, fields: Record<string, string>) => {
  const asked = await ada.postForm(path, fields);
  expect(asked.location).toMatch(/^\/confirm\?return_to=/);
  const back = decodeURIComponent(asked.location!.split('return_to=')[1]!);
  const proof = { password: PASSWORD, code: phone.fresh() };
  expect((await ada.postForm('/confirm', { ...proof, return_to: back })).location).toBe(back);
  return ada.get(back);
};

describe('a page of secrets whose form comes when the sign-in is too long ago', () => {
  it('has the same codes once its person has confirmed, and leads where it would have', async () => {
    const printed = await ada.get(`${CODES}?return_to=/account/devices`);
    test.clock.pass(minutes(11));
    const page = await confirmed(CODES, {
      pending: fieldOf(printed, 'pending'),
      return_to: '/account/devices',
    });
    expect(shownOn(page)).toEqual(shownOn(printed));
    const fields = { pending: fieldOf(page, 'pending'), return_to: fieldOf(page, 'return_to') };
    expect((await ada.postForm(CODES, fields)).location).toBe('/account/devices');
    expect(await enter(shownOn(printed)[0]!)).toBe(303);
  });

  it('has the same codes where they were to be downloaded', async () => {
    const shown = await ada.get(`${CODES}?return_to=/account/devices`);
    expect(shown.body.match(/name="return_to"/g)).toHaveLength(2);
    test.clock.pass(minutes(11));
    const page = await confirmed(`${CODES}/download`, { pending: fieldOf(shown, 'pending') });
    expect(shownOn(page)).toEqual(shownOn(shown));
  });

  it('says that it has other codes where the printed ones are too old by then', async () => {
    const printed = await ada.get(CODES);
    test.clock.pass(minutes(31));
    const page = await confirmed(CODES, { pending: fieldOf(printed, 'pending') });
    expect(page.body).toContain('its codes were not kept. Here are new ones.');
    expect(shownOn(page)).not.toEqual(shownOn(printed));
  });

  it('has the same secret of an app, and leads where it would have', async () => {
    const scanned = await ada.get(`${APP}?return_to=/account/devices`);
    test.clock.pass(minutes(11));
    const pending = fieldOf(scanned, 'pending');
    const page = await confirmed(APP, { pending, code: '123456', return_to: '/account/devices' });
    expect(secretOn(page)).toBe(secretOn(scanned));
    const fields = { pending: fieldOf(page, 'pending'), return_to: fieldOf(page, 'return_to') };
    const code = new Phone(test, secretOn(scanned)).fresh();
    expect((await ada.postForm(APP, { ...fields, code })).location).toBe(
      `${CODES}?return_to=%2Faccount%2Fdevices`,
    );
  });

  it('leads where it would have, also where a passkey is added', async () => {
    test.clock.pass(minutes(11));
    const page = await confirmed(KEY, { credential: '{}', return_to: '/account/devices' });
    expect(fieldOf(page, 'return_to')).toBe('/account/devices');
  });

  it('says that it has another secret where the scanned one is too old by then', async () => {
    const scanned = await ada.get(APP);
    test.clock.pass(minutes(31));
    const page = await confirmed(APP, { pending: fieldOf(scanned, 'pending'), code: '123456' });
    expect(page.body).toContain('Here is a new secret: scan it again.');
    expect(secretOn(page)).not.toBe(secretOn(scanned));
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
    const step = (await again.arrive('ada', NEW)).location ?? '';
    expect((await answerStep(again, step, { code: phone.code() })).location).toBe('/welcome');
  });
});
