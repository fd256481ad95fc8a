import { mailTo } from './support/outbox.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const MAIL = 'ada@example.org';
const OFFER = 'action="/forget-browser"';
const FORGOTTEN = 'This browser has been forgotten.';

let test: TestApp;
let ada: Visitor;
const start = async (environment: Record<string, string> = {}) => {
  test = await TestApp.start({ TRUST_PROXY: 'loopback', ...environment });
  await test.person('ada', 'user', MAIL);
  ada = await test.signedIn();
};
afterEach(() => test.close());

const names = (visitor: Visitor) => [...visitor.cookies.keys()].sort();
const https = { 'x-forwarded-proto': 'https' };

/** Opens the link of a new password, and begins a registration: both leave a cookie that waits. */
async function waitForMails(visitor: Visitor): Promise<void> {
  await visitor.post('/forgot', { email: MAIL });
  await visitor.get((await mailTo(test, MAIL, /Set a new password/)).link);
  const form = { username: 'eve', email: 'eve@example.org', password: PASSWORD, password_again: PASSWORD };
  expect((await visitor.post('/register', form)).status).toBe(303);
}

describe('signing out', () => {
  beforeEach(() => start());

  it('takes every cookie of ours by name but the known device, and none of anybody else', async () => {
    await waitForMails(ada);
    const foreign = ['gatehouse-2', 'gatehouse-2-device', 'gatehouse-link-reset-short', 'gatehouses', 'shop'];
    for (const name of foreign) ada.cookies.set(name, 'theirs');
    expect(names(ada)).toHaveLength(foreign.length + 5);
    const answer = await ada.postForm('/logout');
    expect(names(ada)).toEqual([...foreign, 'gatehouse-device'].sort());
    expect(answer.setCookies).toHaveLength(4);
    for (const line of answer.setCookies)
      expect(line).toMatch(/^gatehouse[\w-]*=; Max-Age=0; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(answer.headers['clear-site-data']).toBeUndefined();
  });

  it('leads to a page that offers to forget the browser; one that nobody signed in from is not offered it', async () => {
    const answer = await ada.postForm('/logout');
    expect((await ada.get(answer.location!)).body).toContain(OFFER);
    expect((await ada.get('/logout', { 'sec-fetch-site': 'cross-site' })).body).toContain(OFFER);
    for (const page of ['/', '/login']) expect((await test.visitor().get(page)).body).not.toContain(OFFER);
  });
});

describe('POST /forget-browser', () => {
  beforeEach(() => start());

  it('takes the known device and says so, as often as it is asked', async () => {
    await ada.postForm('/logout');
    for (let turn = 0; turn < 2; turn++) {
      const answer = await ada.post('/forget-browser');
      expect([answer.status, names(ada)]).toEqual([303, []]);
      const { body } = await ada.get(answer.location!);
      expect(body).toContain(FORGOTTEN);
      expect(body).not.toContain(OFFER);
    }
  });

  it('makes the next sign-in one from a new device', async () => {
    await ada.postForm('/logout');
    await ada.post('/forget-browser');
    await ada.signIn('ada', PASSWORD);
    expect((await mailTo(test, MAIL, /^New sign-in/)).to).toBe(MAIL);
  });

  it('signs nobody out', async () => {
    const answer = await ada.post('/forget-browser');
    expect(names(ada)).toEqual(['gatehouse']);
    const { status, body } = await ada.get(answer.location!);
    expect([status, body.includes(FORGOTTEN)]).toEqual([200, true]);
  });

  it('does nothing where another site sends it', async () => {
    const answer = await ada.post('/forget-browser', {}, { 'sec-fetch-site': 'cross-site' });
    expect([answer.status, answer.setCookies]).toEqual([403, []]);
  });
});

describe('COOKIE_NAME', () => {
  it('is what all our cookies begin with, and signing out takes them', async () => {
    await start({ COOKIE_NAME: 'Shop_2-login' });
    await waitForMails(ada);
    expect(names(ada)).toHaveLength(5);
    for (const name of names(ada))
      expect(name).toMatch(/^Shop_2-login(-device|-sent|-link-|-registration-|$)/);
    await ada.postForm('/logout');
    expect(names(ada)).toEqual(['Shop_2-login-device']);
    await ada.post('/forget-browser');
    expect(names(ada)).toEqual([]);
  });

  it('stands behind `__Host-` where people come over https', async () => {
    await start({ COOKIE_NAME: 'shop', PUBLIC_URL: 'https://localhost:4000' });
    const answer = await test
      .visitor()
      .post(
        '/login',
        { username: 'ada', password: PASSWORD },
        { ...https, origin: 'https://localhost:4000' },
      );
    const set = answer.setCookies.map(line => line.split('=')[0]);
    expect(set.sort()).toEqual(['__Host-shop', '__Host-shop-device']);
  });

  it('keeps two servers on one host apart: neither signs the other’s people out', async () => {
    await start();
    const other = await TestApp.start({ COOKIE_NAME: 'gatehouse-2' });
    try {
      await other.person('ada');
      const there = other.visitor();
      for (const [name, value] of ada.cookies) there.cookies.set(name, value);
      await there.signIn('ada', PASSWORD);
      for (const [name, value] of there.cookies) ada.cookies.set(name, value);
      expect(names(ada)).toEqual(['gatehouse', 'gatehouse-2', 'gatehouse-2-device', 'gatehouse-device']);
      await ada.postForm('/logout');
      expect(names(ada)).toEqual(['gatehouse-2', 'gatehouse-2-device', 'gatehouse-device']);
      expect((await there.get('/welcome')).status).toBe(200);
    } finally {
      await other.close();
    }
  });
});
