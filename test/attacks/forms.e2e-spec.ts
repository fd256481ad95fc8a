import { ManySenders } from '../support/many-senders.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

const RIGHT = `username=Ada&password=${encodeURIComponent(PASSWORD)}`;

let test: TestApp;
const { send } = new ManySenders(() => test);

beforeAll(async () => {
  test = await TestApp.start({ TRUST_PROXY: 'loopback' });
  await test.person('Ada');
});
afterEach(() => {
  expect(test.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
});
afterAll(() => test.close());

describe('a sign-in form that is all right', () => {
  it.each([
    RIGHT,
    `${RIGHT}&remember=&return_to=`,
    `&${RIGHT}&&`,
    RIGHT.replaceAll('%20', '+'),
    `%75sername=%41da&password=${encodeURIComponent(PASSWORD)}`,
    `${RIGHT}&_csrf=nobody-asked`,
  ])('signs in: %s', async body => {
    expect((await send(body)).status).toBe(303);
  });
});

describe('a sign-in form with fields that do not belong there', () => {
  const EXTRA = [
    'role=admin',
    'id=1',
    'userId=1',
    'user[role]=admin',
    'isAdmin=true',
    'disabled_at=',
    'passwordHash=x',
    'cookie[maxAge]=1',
    'session=x',
    'amr=mfa',
    '__proto__=x',
    '__proto__[admin]=1',
    'constructor=x',
    'constructor[prototype][admin]=1',
    'prototype=x',
    'toString=x',
    'hasOwnProperty=x',
    '_csrf=a&_csrf=b',
    '=x',
    '%00=x',
    'a b=x',
    `${'a'.repeat(65)}=x`,
  ];

  it.each(EXTRA)('is refused whole, right as the password is: %s', async extra => {
    const answer = await send(`${RIGHT}&${extra}`);
    expect([answer.status, answer.setCookies]).toEqual([400, []]);
    expect('admin' in {}).toBe(false);
  });
});

describe('a sign-in form with a field that two programs would read differently', () => {
  const password = encodeURIComponent(PASSWORD);

  it.each([
    `username=Ada&password=wrong&password=${password}`,
    `username=Ada&password=${password}&password=${password}`,
    `username=eve&username=Ada&password=${password}`,
    `username[]=Ada&password=${password}`,
    `username[0]=Ada&password=${password}`,
    `username[$ne]=&password[$ne]=`,
    `username.name=Ada&password=${password}`,
    `username=Ada&%70assword=wrong&password=${password}`,
    `username=Ada;password=${password}`,
    `Username=Ada&Password=${password}`,
    'username=Ada',
    `password=${password}`,
    '',
  ])('is refused: %s', async body => {
    const answer = await send(body);
    expect([answer.status, answer.setCookies]).toEqual([400, []]);
  });
});

describe('a password in the address', () => {
  const query = `?username=Ada&password=${encodeURIComponent(PASSWORD)}`;

  it.each([
    '',
    'username=Ada',
    'password=x',
    'username=&password=',
    'username=Ada&password=',
    `username=&password=x`,
  ])('is never read, whatever the form holds: %j', async body => {
    const answer = await send(body, {}, `/login${query}`);
    expect([400, 422]).toContain(answer.status);
    expect(answer.setCookies).toEqual([]);
  });

  it('is never read by GET, nor written into the page or the log', async () => {
    const { status, body, setCookies } = await test.visitor().get(`/login${query}`);
    expect([status, setCookies]).toEqual([200, []]);
    expect(body + JSON.stringify(test.log.lines)).not.toContain(PASSWORD);
  });
});
