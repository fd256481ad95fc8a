import { Transaction } from '../src/database/transaction.js';
import { answerStep, enrol, makeCodes, type Phone, toSecondStep } from './support/second-factor.js';
import {
  addPasskey,
  challengeFor,
  sendPasskey,
  SoftwareAuthenticator,
} from './support/software-authenticator.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

/** What a sign-in does last of all, clearing what was counted, fails from then on. */
const FAIL = `
  CREATE TRIGGER fail BEFORE UPDATE OF failures ON attempts WHEN NEW.failures < OLD.failures
  BEGIN SELECT RAISE(ABORT, 'the disk is gone'); END`;

let test: TestApp;
let ada: Visitor;
let phone: Phone;
beforeEach(async () => {
  test = await TestApp.start({}, [], { stores: 'sqlite' });
  await test.person('ada', 'user', 'ada@example.org');
  ada = await test.signedIn();
  phone = await enrol(test, ada);
});
afterEach(() => test.close());

/** In the line of writes: what is given back after a failure comes before, or after. */
const write = (statement: string) => test.get(Transaction).run(manager => manager.query(statement));
const fails = () => write(FAIL);
const heals = () => write('DROP TRIGGER fail');
const sessions = async () => (await test.stored.sessions()).length;

describe('a sign-in that cannot be kept as a whole', () => {
  it.each(['code', 'recovery_code'])('uses up neither the step nor the %s', async field => {
    const [recovery = ''] = await makeCodes(ada);
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    const answer = { [field]: field === 'code' ? phone.fresh() : recovery };
    const before = await sessions();
    await fails();
    expect((await answerStep(visitor, page, answer)).status).toBeGreaterThanOrEqual(500);
    expect(await sessions()).toBe(before);
    await heals();
    expect((await answerStep(visitor, page, answer)).location).toBe('/welcome');
  });

  it('does not use up what a passkey answered', async () => {
    const key = new SoftwareAuthenticator();
    await addPasskey(ada, key);
    const visitor = test.visitor();
    const response = key.get(await challengeFor(visitor));
    await fails();
    expect((await sendPasskey(visitor, response)).status).toBeGreaterThanOrEqual(500);
    await heals();
    expect((await sendPasskey(visitor, response)).location).toBe('/welcome');
  });
});

describe('a confirmation that cannot be kept as a whole', () => {
  it('leaves the browser with the session it has', async () => {
    const codes = await makeCodes(ada);
    const form = { _csrf: await ada.csrf(), password: PASSWORD, recovery_code: codes[0] ?? '' };
    // Not where the password is found right, which is a write of its own.
    const isUsed = 'EXISTS (SELECT 1 FROM recovery_codes WHERE used_at IS NOT NULL)';
    await write(FAIL.replace('WHEN', `WHEN ${isUsed} AND`));
    expect((await ada.post('/confirm', form)).status).toBeGreaterThanOrEqual(500);
    await heals();
    expect((await ada.get('/session')).status).toBe(200);
    expect((await ada.post('/confirm', form, { 'user-agent': 'again' })).status).toBe(303);
  });
});
