import { PasswordHasher } from '../src/crypto/password-hasher.js';
import { days, hours, minutes } from '../src/kernel/durations.js';
import { Tab } from './support/tab.js';
import { PASSWORD, TestApp } from './support/test-app.js';

describe('recent sign-in', () => {
  let test: TestApp;

  beforeEach(async () => {
    test = await TestApp.start();
    await test.person('ada');
  });
  afterEach(() => test.close());

  it('is asked for after ten minutes, not before', async () => {
    const ada = await test.signedIn();
    test.clock.pass(minutes(10) - 1);
    expect((await ada.get('/account/close')).status).toBe(200);
    test.clock.pass(1);
    expect((await ada.get('/account/close')).location).toBe('/confirm?return_to=%2Faccount%2Fclose');
  });

  it('is renewed under a new id, and the old id is dead', async () => {
    const ada = await test.signedIn();
    const thief = ada.copy();
    test.clock.pass(minutes(20));
    const answer = await ada.postForm('/confirm', { password: PASSWORD, return_to: '/account/close' });
    expect([answer.status, answer.location]).toEqual([303, '/account/close']);
    expect((await ada.get('/account/close')).status).toBe(200);
    expect((await thief.get('/welcome')).status).toBe(303);
  });

  it('does not make a remembered session out of one that is not, nor the other way round', async () => {
    const ada = await test.signedIn();
    await ada.postForm('/confirm', { password: PASSWORD });
    test.clock.pass(hours(1));
    expect((await ada.get('/welcome')).status).toBe(303);
    const remembered = await test.signedIn('ada', { remember: 'on' });
    await remembered.postForm('/confirm', { password: PASSWORD });
    test.clock.pass(days(29));
    expect((await remembered.get('/welcome')).status).toBe(200);
  });

  it('brings a form back filled, and does not send it by itself', async () => {
    const ada = await test.signedIn();
    test.clock.pass(minutes(11));
    const asked = await ada.postForm('/account/close', { username: 'ada' });
    expect(asked.location).toMatch(
      /^\/confirm\?return_to=%2Faccount%2Fclose%3Fkept%3D[\w-]{16}%26then%3D%2Faccount%2Fclose$/,
    );
    const back = decodeURIComponent(asked.location!.split('return_to=')[1]!);
    expect((await ada.postForm('/confirm', { password: PASSWORD, return_to: back })).location).toBe(back);
    const form = await ada.get(back);
    expect(form.body).toContain('value="ada"');
    expect((await ada.get(back)).body).not.toContain('value="ada"');
    expect(await test.sql('SELECT 1 FROM users WHERE NOT demo')).toHaveLength(1);
  });

  it.each([
    ['/account/close', 'To close your account, enter'],
    ['/account/close?kept=x', 'To close your account, enter'],
    ['/account/email', 'To change your e-mail address, enter'],
    ['/account/devices?then=/account/devices/x/end', 'To end a session, enter'],
    ['/account', 'To continue, enter'],
    ['/account?then=send+me+your+money', 'To continue, enter'],
    ['', 'To continue, enter'],
  ])('says what for, in words of its own alone: %s', async (back, words) => {
    const ada = await test.signedIn();
    const page = `/confirm?return_to=${encodeURIComponent(back)}`;
    expect((await ada.get(page)).body).toContain(words);
    const refused = await ada.postForm('/confirm', { password: 'wrong', return_to: back });
    expect(refused.body).toContain(words);
  });

  it('says what is left to do where a form was not sent, and nothing where a page was on the way', async () => {
    const ada = await test.signedIn();
    test.clock.pass(minutes(11));
    const asked = await ada.postForm('/account/close', { username: 'ada' });
    const form = await (await Tab.open(ada, asked.location!)).go({ password: PASSWORD });
    expect(form.page.body).toContain('You have confirmed that it’s you. Now you can close your account.');
    test.clock.pass(minutes(11));
    const page = await (await Tab.open(ada, '/confirm?return_to=/account/close')).go({ password: PASSWORD });
    expect(page.page.body).not.toContain('role="status"');
  });

  it('is not given for a wrong password', async () => {
    const ada = await test.signedIn();
    test.clock.pass(minutes(11));
    const answer = await ada.postForm('/confirm', { password: 'wrong', return_to: '/account/close' });
    expect(answer.status).toBe(422);
    expect(answer.body).toContain('That is not your password.');
    expect((await ada.get('/account/close')).status).toBe(303);
  });

  it('does not bring a session back that was ended while the password was looked at', async () => {
    const [ada, other] = [await test.signedIn(), await test.signedIn()];
    const hasher = test.get(PasswordHasher);
    const verify = hasher.verify.bind(hasher);
    hasher.verify = async (...given) => {
      hasher.verify = verify;
      await other.postForm('/account/devices/end-others');
      return verify(...given);
    };
    expect((await ada.postForm('/confirm', { password: PASSWORD })).location).toBe('/login');
    expect((await ada.get('/welcome')).status).toBe(303);
    expect(await test.stored.sessions()).toHaveLength(1);
  });

  it('goes on to a page of this site only', async () => {
    const ada = await test.signedIn();
    const answer = await ada.postForm('/confirm', { password: PASSWORD, return_to: 'https://evil.test/' });
    expect(answer.location).toBe('/welcome');
  });

  it('starts a fresh session for a different person who signs in instead', async () => {
    await test.person('bea');
    const shared = await test.signedIn('ada');
    const csrf = await shared.csrf();
    await shared.signIn('bea', PASSWORD);
    expect((await shared.get('/welcome')).body).toContain('Welcome, bea');
    expect(await shared.csrf()).not.toBe(csrf);
    expect(await test.stored.sessions()).toHaveLength(1);
  });
});
