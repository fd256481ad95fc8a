import { minutes } from '../src/kernel/durations.js';
import { mailsOf } from './support/outbox.js';
import { TestApp } from './support/test-app.js';

let test: TestApp;
let senders = 0;

/** From an address of its own each time. */
function forgot(email: string) {
  senders += 1;
  return test.visitor().post('/forgot', { email }, { 'x-forwarded-for': `2001:db8:${senders}::1` });
}

describe('budgets for mails', () => {
  beforeEach(async () => {
    test = await TestApp.start({ TRUST_PROXY: 'loopback' });
    await test.person('ada', 'user', 'ada@example.org');
  });
  afterEach(() => test.close());

  it('allow three an hour to one address, however it is spelt and wherever it is asked from', async () => {
    const spellings = ['ada@example.org', 'ADA@example.org', 'ada@EXAMPLE。org'];
    for (const spelling of spellings) expect((await forgot(spelling)).status).toBe(303);
    expect((await forgot('ada@example.org')).status).toBe(429);
    expect(await mailsOf(test)).toHaveLength(3);
    test.clock.pass(minutes(59));
    expect((await forgot('ada@example.org')).headers['retry-after']).toBe('60');
    test.clock.pass(minutes(1));
    expect((await forgot('ada@example.org')).status).toBe(303);
  });

  it('allow ten an hour from one network address, over all forms that send mails', async () => {
    const from = { 'x-forwarded-for': '203.0.113.7' };
    for (let turn = 0; turn < 10; turn++) {
      const form = turn % 2 === 0 ? '/forgot' : '/verify/again';
      expect((await test.visitor().post(form, { email: `p${turn}@example.org` }, from)).status).toBe(303);
    }
    const over = await test.visitor().post('/forgot', { email: 'ada@example.org' }, from);
    expect(over.status).toBe(429);
    expect(over.body).toContain('Too many mails were asked for.');
    expect(await mailsOf(test)).toHaveLength(0);
    expect((await forgot('ada@example.org')).status).toBe(303);
  });

  it('count a whole IPv6 block as one', async () => {
    const from = (host: number) => ({ 'x-forwarded-for': `2001:db8:1:2::${host}` });
    for (let turn = 1; turn <= 10; turn++)
      await test.visitor().post('/forgot', { email: `p${turn}@example.org` }, from(turn));
    expect((await test.visitor().post('/forgot', { email: 'q@example.org' }, from(99))).status).toBe(429);
  });
});
