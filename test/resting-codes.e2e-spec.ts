import { localOrigin } from '../src/audit/security-event.js';
import { DeletePerson } from '../src/credentials/delete-person.js';
import { hours } from '../src/kernel/durations.js';
import { OperatorResets } from '../src/recovery/operator-resets.js';
import { LostFactors } from '../src/second-factor/lost-factors.js';
import { BUDGETS } from '../src/throttle/attempt-policy.js';
import { AttemptStore } from '../src/throttle/attempt-store.js';
import { codeCountOf, passwordCountOf } from '../src/throttle/lasting-counts.js';
import { Resting } from '../src/throttle/resting.js';
import { opened } from './support/mailed-link.js';
import { mailTo, mailsOf } from './support/outbox.js';
import { answerStep, enrol, makeCodes, type Phone, toSecondStep } from './support/second-factor.js';
import {
  addPasskey,
  askedOn,
  signInByPasskey,
  SoftwareAuthenticator,
} from './support/software-authenticator.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Answer, Visitor } from './support/visitor.js';

const MAIL = 'ada@example.org';
const NEW = 'seven calm otters drift';
const CHOSEN = { password: NEW, password_again: NEW };
const SUBJECT = /^Codes for your .* account rest/;
const ROW = BUDGETS['second-step-row'].free;

describe('codes that were wrong a hundred times in a row', () => {
  let test: TestApp;
  let id: string;
  let known: Visitor;
  let phone: Phone;
  let codes: readonly string[];
  beforeEach(async () => {
    test = await TestApp.start();
    id = await test.person('ada', 'user', MAIL);
    known = await test.signedIn();
    phone = await enrol(test, known);
    codes = await makeCodes(known);
    await known.postForm('/logout');
  });
  afterEach(() => test.close());

  /** So many wrong ones from anywhere, over whatever time: the waits between them are forgotten by now. */
  const fail = async (times: number) => {
    for (let turn = 0; turn < times; turn++)
      await test.get(AttemptStore).count([codeCountOf(id)], test.clock.now());
  };
  /** The right password, and then an answer to the step. */
  const answer = async (fields: () => Record<string, string>, visitor = test.visitor()) => {
    const page = await toSecondStep(visitor);
    return answerStep(visitor, page, fields());
  };
  const rightCode = () => ({ code: phone.fresh() });
  const wrongCode = () => ({ code: phone.wrong() });
  const rests = async () => (await test.get(Resting).of(id)).codes;
  const told = async () => (await mailsOf(test)).filter(({ subject }) => SUBJECT.test(subject));
  const page = ({ body }: Answer) => body.replaceAll(/(nonce|name="(_csrf|step)" value)="[^"]+"/g, '');

  it('still work after ninety-nine, and those are forgotten then', async () => {
    await fail(ROW - 1);
    expect((await answer(rightCode)).location).toBe('/welcome');
    await fail(ROW - 1);
    expect((await answer(rightCode)).location).toBe('/welcome');
    expect(await told()).toEqual([]);
  });

  it('rest for unknown devices, for good, with the answer of a wrong one; neither is used up', async () => {
    await fail(ROW);
    const [right, wrong] = [await answer(rightCode), await answer(wrongCode)];
    expect([right.status, wrong.status]).toEqual([422, 422]);
    expect(page(right)).toBe(page(wrong));
    const recovery = () => ({ recovery_code: codes[0]! });
    test.clock.pass(hours(24 * 400));
    expect((await answer(recovery)).status).toBe(422);
    expect((await answer(rightCode)).status).toBe(422);
    expect(test.log.events('authn_step_fail_max').map(({ reason }) => reason)).toEqual(
      Array(4).fill('rests'),
    );
    expect((await answer(recovery, known)).location).toBe('/welcome');
  });

  it('and are told alike as a problem', async () => {
    await fail(ROW);
    const visitor = test.visitor();
    const step = new URL(await toSecondStep(visitor), 'http://localhost').searchParams.get('step')!;
    const said = async (code: string) => {
      const { status, body } = await visitor.post(
        '/login/second-step',
        { step, code },
        { accept: 'application/json' },
      );
      return { status, ...(JSON.parse(body) as object), requestId: '' };
    };
    expect(await said(phone.fresh())).toEqual(await said(phone.wrong()));
  });

  it('are told to their owner once, with what ends it, where the hundredth is one of many at the same moment', async () => {
    // What was added since the notice, or with it, would be suspended by its link.
    test.clock.pass(hours(1));
    await fail(ROW - 1);
    const visitors = Array.from({ length: 20 }, () => test.visitor());
    const pages: string[] = [];
    for (const visitor of visitors) pages.push(await toSecondStep(visitor));
    // The waits hold half of them.
    const answers = await Promise.all(
      visitors.map((visitor, n) => answerStep(visitor, pages[n]!, wrongCode())),
    );
    expect(answers.every(({ status }) => status === 422 || status === 429)).toBe(true);
    expect(test.log.events('authn_step_fail')).toHaveLength(1);
    test.clock.pass(hours(1));
    await answer(wrongCode);
    await fail(5);
    expect(await told()).toHaveLength(1);
    expect(test.log.events('authn_step_lock')).toEqual([
      expect.objectContaining({ userId: id, outcome: 'refused', method: 'authenticator' }),
    ]);
    const { link } = await mailTo(test, MAIL, SUBJECT);
    expect((await (await opened(test, link)).post('/not-me')).status).toBe(303);
    const reset = await opened(test, (await mailTo(test, MAIL, /new password/i)).link);
    expect((await reset.post('/reset', CHOSEN)).location).toBe('/login?done=reset');
    test.clock.pass(hours(1));
    const visitor = test.visitor();
    const step = (await visitor.signIn('ada', NEW)).location!;
    expect((await answerStep(visitor, step, rightCode())).location).toBe('/welcome');
  });

  it('are told by the next one where the hundredth could not be', async () => {
    await fail(ROW - 1);
    await test.sql('ALTER TABLE mails RENAME TO mails_elsewhere');
    expect((await answer(wrongCode)).status).toBeGreaterThanOrEqual(500);
    await test.sql('ALTER TABLE mails_elsewhere RENAME TO mails');
    expect(await told()).toEqual([]);
    await answer(wrongCode);
    expect(await told()).toHaveLength(1);
  });

  it('never rest for a known device, whose sign-in wakes them', async () => {
    await fail(ROW);
    expect((await answer(rightCode)).status).toBe(422);
    expect((await answer(wrongCode, known)).status).toBe(422);
    expect((await answer(rightCode)).status).toBe(422);
    expect((await answer(rightCode, known)).location).toBe('/welcome');
    expect((await answer(rightCode)).location).toBe('/welcome');
  });

  it('are no bar to a passkey, which wakes them in a known device alone, with the password or without', async () => {
    const key = new SoftwareAuthenticator();
    await answer(rightCode, known);
    await addPasskey(known, key);
    await known.postForm('/logout');
    const byStep = async (visitor: Visitor) => {
      const step = await toSecondStep(visitor);
      const asked = askedOn(await visitor.get(step));
      return answerStep(visitor, step, { passkey: JSON.stringify(key.get(asked)) });
    };
    for (const wake of [byStep, (visitor: Visitor) => signInByPasskey(visitor, key)]) {
      await fail(ROW);
      expect((await wake(test.visitor())).location).toBe('/welcome');
      expect((await answer(rightCode)).status).toBe(422);
      expect((await wake(known)).location).toBe('/welcome');
      await known.postForm('/logout');
      expect((await answer(rightCode)).location).toBe('/welcome');
    }
  });

  it('do not come to rest by keys that are none, or by a known device', async () => {
    await fail(ROW - 1);
    expect((await answer(() => ({ passkey: '{}' }))).status).toBe(422);
    expect((await answer(wrongCode, known)).status).toBe(422);
    test.clock.pass(hours(1));
    expect((await answer(rightCode)).location).toBe('/welcome');
  });

  it('are woken by a new password of somebody who is signed in, and the waits of strangers stay', async () => {
    const key = new SoftwareAuthenticator();
    await answer(rightCode, known);
    await addPasskey(known, key);
    await fail(ROW);
    for (let turn = 0; turn < 10; turn++) await answer(wrongCode);
    const owner = test.visitor();
    await signInByPasskey(owner, key);
    expect(await rests()).toBe(true);
    const said = async () => (await owner.get('/account/security')).body;
    expect(await said()).toContain('After 100 wrong codes in a row');
    const changed = await owner.postForm('/account/password', { current_password: PASSWORD, ...CHOSEN });
    expect(changed.location).toBe('/account');
    expect(await said()).not.toContain('After 100 wrong');
    expect(await rests()).toBe(false);
    const visitor = test.visitor();
    const step = (await visitor.signIn('ada', NEW)).location!;
    expect((await answerStep(visitor, step, wrongCode())).status).toBe(429);
    test.clock.pass(hours(1));
    const later = (await visitor.signIn('ada', NEW)).location!;
    expect((await answerStep(visitor, later, rightCode())).location).toBe('/welcome');
  });

  it('are woken by an operator who requires a new password, through the link', async () => {
    await fail(ROW);
    await test.get(OperatorResets).requireNew(id, localOrigin('command line, root'));
    const reset = await opened(test, (await mailTo(test, MAIL, /needs a new password$/)).link);
    await reset.post('/reset', CHOSEN);
    expect(await rests()).toBe(false);
  });

  it('are forgotten with the account, and so is how often its password was wrong', async () => {
    await fail(ROW);
    for (let turn = 0; turn < BUDGETS.password.free; turn++)
      await test.get(AttemptStore).count([passwordCountOf(id)], test.clock.now());
    expect(await test.get(Resting).of(id)).toEqual({ password: true, codes: true });
    const person = { id, email: MAIL };
    await test.get(DeletePerson).delete({ person, origin: localOrigin('command line') });
    expect(await test.get(Resting).of(id)).toEqual({ password: false, codes: false });
  });

  it('are woken by a reset of the factors', async () => {
    await fail(ROW);
    expect(await rests()).toBe(true);
    await test.get(LostFactors).reset(id, true, localOrigin('command line, root'));
    expect(await rests()).toBe(false);
  });
});
