import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { opened } from './support/mailed-link.js';
import { mailTo } from './support/outbox.js';
import { PASSWORD, TestApp } from './support/test-app.js';

const LISTED = /first passwords an attacker would try/;
const OWN = 'the herons of our own house';
const ON_A_LIST = /is on a list of those that attackers try/;
const MAIL = 'ada@example.org';

const long = readFileSync(new URL('../src/users/long-passwords.txt', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');
/** A hundred, spread over the list. */
const sample = long.filter((_, index) => index % Math.ceil(long.length / 100) === 0);

describe('a password that attackers try', () => {
  let test: TestApp;
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-lists-'));
    writeFileSync(join(folder, 'own'), `${OWN}\n`);
    test = await TestApp.start({ PASSWORD_BLOCKLIST_FILE: join(folder, 'own') });
    await test.person('ada', 'user', MAIL);
  });
  afterEach(async () => {
    await test.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const changed = async (password: string) => {
    const ada = await test.signedIn();
    return ada.postForm('/account/password', { current_password: PASSWORD, password });
  };
  const registered = (password: string) =>
    test.visitor().post('/register', { username: 'ben', email: 'ben@example.org', password });
  const reset = async (password: string) => {
    await test.visitor().post('/forgot', { email: MAIL });
    return (await opened(test, (await mailTo(test, MAIL, /password/i)).link)).post('/reset', { password });
  };

  it('of 15 characters and more is refused where one is changed: a hundred of the list', async () => {
    const ada = await test.signedIn();
    for (const password of sample) {
      const fields = { current_password: PASSWORD, password };
      const answer = await ada.postForm('/account/password', fields);
      expect([password, answer.status, LISTED.test(answer.body)]).toEqual([password, 422, true]);
    }
    expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(303);
  });

  it.each([
    ['on the program’s list', sample[50] ?? '', LISTED],
    ['on the operator’s', OWN.toUpperCase(), ON_A_LIST],
  ])('is refused at a registration, a change and a reset: one %s', async (_, password, words) => {
    for (const send of [registered, changed, reset]) {
      const answer = await send(password);
      expect([send.name, answer.status]).toEqual([send.name, 422]);
      expect(answer.body).toMatch(words);
    }
  });

  it('may be inside a longer phrase', async () => {
    expect((await changed(`${OWN} and of others`)).status).toBe(303);
  });

  it('is not taken unlooked-at: where the operator’s list is gone, no password can be chosen', async () => {
    rmSync(join(folder, 'own'));
    const answer = await changed('seven loud geese depart');
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('5');
    expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(303);
    writeFileSync(join(folder, 'own'), '');
    expect((await changed('seven loud geese depart')).status).toBe(303);
  });
});

it('a server does not start with a list that is not there', async () => {
  await expect(TestApp.start({ PASSWORD_BLOCKLIST_FILE: '/nowhere/list' })).rejects.toThrow(
    /^PASSWORD_BLOCKLIST_FILE: "\/nowhere\/list" cannot be used \(ENOENT\)\./,
  );
});
