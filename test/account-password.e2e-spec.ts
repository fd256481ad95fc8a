import { PASSWORD, TestApp } from './support/test-app.js';

const NEW = 'seven loud geese depart';
const change = (password = NEW, current = PASSWORD, again = password) => ({
  current_password: current,
  password,
  password_again: again,
});

describe('changing the password', () => {
  let test: TestApp;

  beforeEach(async () => {
    test = await TestApp.start();
    await test.person('ada');
  });
  afterEach(() => test.close());

  it('makes the new one work and the old one fail', async () => {
    const ada = await test.signedIn();
    expect((await ada.postForm('/account/password', change())).location).toBe('/account');
    expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(422);
    expect((await test.visitor().signIn('ada', NEW)).status).toBe(303);
  });

  it('ends every other session, gives this one a new id, and the old id is dead', async () => {
    const other = await test.signedIn();
    const ada = await test.signedIn();
    const thief = ada.copy();
    const before = ada.cookies.get('gatehouse');
    await ada.postForm('/account/password', change());
    expect(ada.cookies.get('gatehouse')).not.toBe(before);
    expect((await ada.get('/account')).body).toContain(
      'Your password has been changed. You have been signed out everywhere else.',
    );
    expect((await other.get('/welcome')).status).toBe(303);
    expect((await thief.get('/welcome')).status).toBe(303);
    expect(await test.stored.sessions()).toHaveLength(1);
  });

  it('keeps open forms of this session working', async () => {
    const ada = await test.signedIn();
    const csrf = await ada.csrf();
    await ada.postForm('/account/password', change());
    expect((await ada.post('/account', { _csrf: csrf, display_name: 'Ada L.' })).location).toBe('/account');
  });

  it.each([
    ['a wrong current password', change(NEW, 'wrong'), 422, 'That is not your password.'],
    ['two that differ', change(NEW, PASSWORD, `${NEW}!`), 422, 'The two passwords do not match.'],
    ['a short one', change('short'), 422, 'That is too short.'],
    ['the one it is', change(PASSWORD), 422, 'That is your current password.'],
    ['one made of the username', change('ada-ada-ada-2026'), 422, 'first passwords an attacker would try'],
    ['a common one', change('passwordpassword'), 422, 'Use a few words that do not belong together.'],
  ])('refuses %s in words, and changes nothing', async (_what, fields, status, words) => {
    const other = await test.signedIn();
    const ada = await test.signedIn();
    const answer = await ada.postForm('/account/password', fields);
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(words);
    expect(answer.body).not.toContain(fields.password === 'short' ? 'value="short"' : fields.password);
    expect((await other.get('/welcome')).status).toBe(200);
    expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(303);
  });

  it('counts wrong current passwords like failed sign-ins', async () => {
    const ada = await test.signedIn();
    const csrf = await ada.csrf();
    const guess = async () =>
      (await ada.post('/account/password', { ...change(NEW, 'wrong'), _csrf: csrf })).status;
    for (let i = 0; i < 10; i++) expect(await guess()).toBe(422);
    const refused = await ada.post('/account/password', { ...change(), _csrf: csrf });
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '30']);
  });

  it('lets one of twenty parallel changes win, and leaves one session', async () => {
    const ada = await test.signedIn();
    const csrf = await ada.csrf();
    const passwords = Array.from({ length: 20 }, (_, i) => `seven loud geese depart ${i}`);
    const answers = await Promise.all(
      passwords.map(password => ada.copy().insist('/account/password', { ...change(password), _csrf: csrf })),
    );
    // The store decides who was last; whoever lost was told so or is signed out, and one password works.
    expect(answers.every(({ status }) => status < 500)).toBe(true);
    expect(await test.stored.sessions()).toHaveLength(1);
    const hashes = await test.sql<{ password_hash: string }>(
      'SELECT password_hash FROM users WHERE NOT demo',
    );
    expect(hashes).toHaveLength(1);
    const works = [];
    for (const password of passwords) {
      test.clock.pass(24 * 3600_000);
      works.push((await test.visitor().signIn('ada', password)).status);
    }
    expect(works.filter(status => status === 303)).toHaveLength(1);
  });

  it('is where password managers are sent to', async () => {
    const answer = await test.visitor().get('/.well-known/change-password');
    expect([answer.status, answer.location]).toEqual([303, '/account/password']);
  });
});
