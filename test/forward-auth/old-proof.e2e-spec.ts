import { digestOf } from '../../src/crypto/secret-token.js';
import { hours, minutes } from '../../src/kernel/durations.js';
import { at, InsideApplications } from '../support/inside-applications.js';
import { answerStep, enrol, type Phone, toSecondStep } from '../support/second-factor.js';
import { TestApp } from '../support/test-app.js';
import type { Visitor } from '../support/visitor.js';

const EVERYBODY = { everybody: true, includingRegistered: true };

let test: TestApp;
let inside: InsideApplications;
let phone: Phone;
let ada: Visitor;
beforeEach(async () => {
  test = await TestApp.start();
  inside = new InsideApplications(test);
  await test.person('ada');
  phone = await enrol(test, await test.signedIn());
  ada = test.visitor();
  await answerStep(ada, await toSecondStep(ada, 'ada', { remember: 'on' }), { code: phone.fresh() });
});
afterEach(() => test.close());

/** Where somebody is led who comes from an application's start. */
async function led(): Promise<string> {
  const query = new URLSearchParams({ at: at('vault'), to: '/', browser: digestOf('x') });
  const answer = await ada.get(`/enter?${query}`, {
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    'sec-fetch-site': 'cross-site',
  });
  return new URL(answer.location ?? '/', test.config.publicUrl).pathname;
}

describe('an application that asks for two factors', () => {
  it('asks for them anew at the entrance where they were shown more than a day ago, and says no more of it', async () => {
    await inside.add('vault', { ...EVERYBODY, strength: 2 });
    test.clock.pass(hours(24) - minutes(1));
    expect(await led()).toBe('/.gatehouse/enter');
    test.clock.pass(minutes(1));
    expect(await led()).toBe('/confirm');
  });

  it.each([
    ['a longer time', '30d', '/.gatehouse/enter'],
    ['that it does not matter', '0', '/.gatehouse/enter'],
    ['a shorter time', '1h', '/confirm'],
  ])('may say %s', async (_, recent, where) => {
    await inside.add('vault', { ...EVERYBODY, strength: 2, recent });
    test.clock.pass(recent === '1h' ? hours(2) : hours(25));
    expect(await led()).toBe(where);
  });
});

describe('an application that asks for one factor', () => {
  it('lets in however long ago it was shown, unless it says otherwise', async () => {
    await inside.add('vault', EVERYBODY);
    test.clock.pass(hours(25));
    expect(await led()).toBe('/.gatehouse/enter');
  });
});
