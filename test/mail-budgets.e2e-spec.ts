import { minutes } from '../src/kernel/durations.js';
import { opened } from './support/mailed-link.js';
import { mailsOf } from './support/outbox.js';
import { PASSWORD, TestApp } from './support/test-app.js';

let test: TestApp;
let senders = 0;

/** From an address of its own each time. */
function ask(form: string, fields: Record<string, string>) {
  senders += 1;
  const from = { 'x-forwarded-for': `2001:db8:${senders.toString(16)}::1` };
  return test.visitor().post(form, fields, from);
}

const forgot = (email: string) => ask('/forgot', { email });

describe('budgets for mails', () => {
  beforeEach(async () => {
    test = await TestApp.start({ TRUST_PROXY: 'loopback' });
    await test.person('ada', 'user', 'ada@example.org');
  });
  afterEach(() => test.close());

  it('allow three to one address, however it is spelt and wherever it is asked from, then one in five minutes', async () => {
    const spellings = ['ada@example.org', 'ADA@example.org', 'ada@EXAMPLE。org'];
    for (const spelling of spellings) expect((await forgot(spelling)).status).toBe(303);
    expect((await forgot('ada@example.org')).status).toBe(429);
    expect(await mailsOf(test)).toHaveLength(3);
    test.clock.pass(minutes(4));
    expect((await forgot('ada@example.org')).headers['retry-after']).toBe('60');
    test.clock.pass(minutes(1));
    expect((await forgot('ada@example.org')).status).toBe(303);
    expect(await mailsOf(test)).toHaveLength(4);
  });

  it('let a reset be asked for whatever other mails were asked for, sent or not', async () => {
    const fields = (name: string) => ({ username: name, password: PASSWORD, password_again: PASSWORD });
    for (let turn = 0; turn < 5; turn++) {
      await ask('/verify/again', { email: 'ada@example.org' });
      await ask('/register', { ...fields(`name${turn}`), email: 'ada@example.org' });
    }
    const before = (await mailsOf(test)).length;
    expect((await forgot('ada@example.org')).status).toBe(303);
    expect(await mailsOf(test)).toHaveLength(before + 1);
  });

  it('let a reset be asked for again as soon as the last mail is five minutes old, however long strangers go on', async () => {
    for (let turn = 0; turn < 30; turn++) {
      await forgot('ada@example.org');
      test.clock.pass(minutes(1));
    }
    test.clock.pass(minutes(4));
    expect((await forgot('ada@example.org')).status).toBe(303);
  });

  it('count, where few of the typed addresses get a mail, the mails that go, and show nobody which', async () => {
    const chosen = { username: 'newcomer', password: PASSWORD, password_again: PASSWORD };
    for (let turn = 0; turn < 6; turn++) await ask('/verify/again', { email: 'new@example.org' });
    expect((await ask('/register', { ...chosen, email: 'new@example.org' })).status).toBe(303);
    const statuses: number[] = [];
    for (const email of ['new@example.org', 'ada@example.org', 'nobody@example.org']) {
      for (let turn = 0; turn < 6; turn++) statuses.push((await ask('/verify/again', { email })).status);
    }
    expect(new Set(statuses)).toEqual(new Set([303]));
    expect(await mailsOf(test)).toHaveLength(4);
    test.clock.pass(minutes(5));
    await ask('/verify/again', { email: 'new@example.org' });
    expect(await mailsOf(test)).toHaveLength(5);
  });

  it('leave the link of the last mail good while none is sent', async () => {
    const chosen = { username: 'newcomer', password: PASSWORD, password_again: PASSWORD };
    await ask('/register', { ...chosen, email: 'new@example.org' });
    for (let turn = 0; turn < 6; turn++) await ask('/verify/again', { email: 'new@example.org' });
    const newcomer = test.visitor();
    const pages: string[] = [];
    for (const { link } of await mailsOf(test)) {
      const browser = await opened(test, link, newcomer.copy());
      pages.push((await browser.get('/verify')).body);
    }
    expect(pages.filter(page => page.includes('new@example.org'))).toHaveLength(1);
  });

  it('count a signed-in person by their account, which nobody else at their address can spend', async () => {
    const from = { 'x-forwarded-for': '203.0.113.7' };
    const ada = test.visitor();
    await ada.post('/login', { username: 'ada', password: PASSWORD }, from);
    for (let turn = 0; turn < 11; turn++)
      await test.visitor().post('/forgot', { email: `p${turn}@example.org` }, from);
    const _csrf = await ada.csrf();
    const change = (turn: number) =>
      ada.post('/account/email', { email: `ada${turn}@example.org`, _csrf }, from);
    const statuses: number[] = [];
    for (let turn = 0; turn < 11; turn++) statuses.push((await change(turn)).status);
    expect(statuses).toEqual([...Array<number>(10).fill(303), 429]);
    test.clock.pass(minutes(1));
    expect((await change(12)).status).toBe(303);
  });

  it('allow ten from one network address, over all forms that send mails, then fewer and fewer', async () => {
    const from = { 'x-forwarded-for': '203.0.113.7' };
    for (let turn = 0; turn < 10; turn++) {
      const form = turn % 2 === 0 ? '/forgot' : '/verify/again';
      expect((await test.visitor().post(form, { email: `p${turn}@example.org` }, from)).status).toBe(303);
    }
    const over = await test.visitor().post('/forgot', { email: 'ada@example.org' }, from);
    expect(over.status).toBe(429);
    expect(over.body).toContain('Too many mails have been requested.');
    expect(await mailsOf(test)).toHaveLength(0);
    expect((await forgot('ada@example.org')).status).toBe(303);
    expect(over.headers['retry-after']).toBe('60');
    test.clock.pass(minutes(1));
    const again = () => test.visitor().post('/verify/again', { email: 'q@example.org' }, from);
    expect((await again()).status).toBe(303);
    expect((await again()).headers['retry-after']).toBe('120');
  });

  it('leave a browser its person has signed in from a budget of its own, whoever else is at its address', async () => {
    const from = { 'x-forwarded-for': '203.0.113.7' };
    const ada = test.visitor();
    await ada.post('/login', { username: 'ada', password: PASSWORD }, from);
    ada.cookies.delete('gatehouse');
    for (let turn = 0; turn < 11; turn++)
      await test.visitor().post('/forgot', { email: `p${turn}@example.org` }, from);
    const asks = (email: string) => ada.post('/forgot', { email }, from);
    expect((await asks('ada@example.org')).status).toBe(303);
    expect(await mailsOf(test)).toHaveLength(1);
    expect((await asks('nobody@example.org')).status).toBe(429);
    for (let turn = 0; turn < 9; turn++) {
      test.clock.pass(minutes(5));
      expect((await asks('ada@example.org')).status).toBe(303);
    }
  });

  it('count a whole IPv6 block as one', async () => {
    const from = (host: number) => ({ 'x-forwarded-for': `2001:db8:1:2::${host}` });
    for (let turn = 1; turn <= 10; turn++)
      await test.visitor().post('/forgot', { email: `p${turn}@example.org` }, from(turn));
    expect((await test.visitor().post('/forgot', { email: 'q@example.org' }, from(99))).status).toBe(429);
  });
});
