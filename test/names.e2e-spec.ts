import { localOrigin } from '../src/audit/security-event.js';
import { CreateAccount } from '../src/credentials/create-account.js';
import { DeletePerson } from '../src/credentials/delete-person.js';
import { Transaction } from '../src/database/transaction.js';
import { Invite } from '../src/registration/invite.js';
import { parseEmailAddress } from '../src/users/email-address.js';
import { UsedNames } from '../src/users/used-names.js';
import { opened } from './support/mailed-link.js';
import { mailTo } from './support/outbox.js';
import { PASSWORD, TestApp } from './support/test-app.js';

const MAIL = 'ada@example.org';
const KEPT = 'That username is kept for the people who run this site. Choose another.';
const TAKEN = 'That username is taken, or looks like one that is. Choose another.';
const USED_UP =
  /^That username belonged to somebody an application knows by it, so it is never given again\./;
const JSON_CLIENT = { accept: 'application/json' };
const password = { password: PASSWORD, password_again: PASSWORD };

let test: TestApp;
beforeEach(async () => {
  test = await TestApp.start();
});
afterEach(() => test.close());

const register = (username: string, headers = {}) =>
  test.visitor().post('/register', { username, email: MAIL, ...password }, headers);
const create = (username: string, more = {}) =>
  test
    .get(CreateAccount)
    .create(
      { username, email: null, password: PASSWORD, role: 'user', ...more },
      localOrigin('command line'),
    );
const tell = (id: string) => test.get(Transaction).run(manager => test.get(UsedNames).tell(manager, id));
const remove = (id: string) =>
  test.get(DeletePerson).delete({ person: { id, email: null }, origin: localOrigin('command line') });

async function invited() {
  await test.get(Invite).send(parseEmailAddress(MAIL)!, 'user', localOrigin('command line'));
  return opened(test, (await mailTo(test, MAIL, /invited/)).link);
}

describe('a reserved name', () => {
  it.each(['admin', 'ADMIN', 'Ａｄｍｉｎ', 'root', 'postmaster', 'www', 'support', 'system', 'no-reply'])(
    'is refused to who registers, at its field: %s',
    async username => {
      const answer = await register(username);
      expect(answer.status).toBe(422);
      expect(answer.body).toMatch(/id="username"[^>]*aria-invalid="true"/);
      expect(answer.body).toContain(KEPT);
      const told = JSON.parse((await register(username, JSON_CLIENT)).body) as object;
      expect(told).toMatchObject({ errors: { username: KEPT } });
    },
  );

  it('is no more than a part of a name that one may have', async () => {
    for (const username of ['adminton', 'supporter', 'mail.ada'])
      expect((await register(username)).status).toBe(303);
  });

  it('is refused to who is invited, whose invitation stays good', async () => {
    const ada = await invited();
    const refused = await ada.post('/invite', { username: 'Administrator', ...password });
    expect(refused.status).toBe(422);
    expect(refused.body).toContain(KEPT);
    expect((await ada.post('/invite', { username: 'ada', ...password })).status).toBe(303);
  });

  it('is refused to who registered it before it was reserved, and who can choose another', async () => {
    const ada = test.visitor();
    await ada.post('/register', { username: 'ada', email: MAIL, ...password });
    await test.sql('UPDATE one_time_tokens SET details = REPLACE(details, \'"ada"\', \'"root"\')');
    await opened(test, (await mailTo(test, MAIL, /Confirm your address/)).link, ada);
    const refused = await ada.post('/verify');
    expect([refused.status, refused.body.includes(KEPT)]).toEqual([422, true]);
    expect(refused.body).toContain('name="username"');
    expect((await ada.post('/verify', { username: 'ada' })).location).toBe('/welcome');
  });

  it('is given on the command line, and who has one keeps it', async () => {
    await test.person('root', 'admin', MAIL);
    const root = await test.signedIn('root');
    expect((await root.postForm('/account', { display_name: 'The one who runs it' })).status).toBe(303);
    expect((await root.get('/welcome')).status).toBe(200);
  });

  it('is given at /setup', async () => {
    await test.close();
    test = await TestApp.start({ NODE_ENV: 'production' });
    const said = test.log.lines.map(({ message }) => String(message)).join('\n');
    const [, code = ''] = /enter the code ([\w-]{22})/.exec(said) ?? [];
    const answer = await test.visitor().post('/setup', { code, username: 'admin', email: '', ...password });
    expect(answer.location).toBe('/login?done=setup');
  });
});

describe('a name that an application was told', () => {
  let adaId: string;
  beforeEach(async () => {
    adaId = await test.person('Ada');
    expect(await tell(adaId)).toBe(true);
  });

  it('stays its person’s, and is in the data that they take away', async () => {
    test.clock.pass(1);
    expect(await tell(adaId)).toBe(true);
    const ada = await test.signedIn('ada');
    expect(JSON.parse((await ada.get('/account/data')).body)).toMatchObject({
      usernameTold: [{ username: 'Ada', since: '2026-11-23T12:00:00.000Z' }],
    });
  });

  it('is not given again when its person is gone, in no spelling, to nobody', async () => {
    await remove(adaId);
    for (const username of ['ada', 'ADA', 'ａｄａ']) {
      expect(await create(username)).toMatchObject({
        outcome: 'refused',
        errors: { username: expect.stringMatching(USED_UP) as string },
      });
      const answer = await register(username);
      expect([answer.status, answer.body.includes(TAKEN)]).toEqual([422, true]);
    }
    const other = await invited();
    expect((await other.post('/invite', { username: 'ada', ...password })).body).toContain(TAKEN);
    expect(await test.sql("SELECT 1 FROM users WHERE username_key = 'ada'")).toEqual([]);
  });

  it('is not given to who registered it in the time between', async () => {
    await remove(adaId);
    await test.sql('DELETE FROM used_names');
    const eve = test.visitor();
    await eve.post('/register', { username: 'ada', email: MAIL, ...password });
    await test.sql("INSERT INTO used_names (username_key, since) VALUES ('ada', 1)");
    await opened(test, (await mailTo(test, MAIL, /Confirm your address/)).link, eve);
    expect((await eve.post('/verify')).status).toBe(422);
    expect((await eve.post('/verify', { username: 'eve' })).location).toBe('/welcome');
  });

  it('is not given at /setup', async () => {
    await test.close();
    test = await TestApp.start({ NODE_ENV: 'production' });
    await test.sql("INSERT INTO used_names (username_key, since) VALUES ('ada', 1)");
    const said = test.log.lines.map(({ message }) => String(message)).join('\n');
    const [, code = ''] = /enter the code ([\w-]{22})/.exec(said) ?? [];
    const form = { code, username: 'ada', email: '', ...password };
    const answer = await test.visitor().post('/setup', form, JSON_CLIENT);
    expect(answer.status).toBe(422);
    expect(JSON.parse(answer.body)).toMatchObject({
      errors: { username: expect.stringMatching(USED_UP) as string },
    });
  });

  it('leaves nothing of its person but what names are compared by', async () => {
    await remove(adaId);
    const rows = await test.sql('SELECT * FROM used_names');
    expect(rows).toEqual([{ username_key: 'ada', since: test.clock.now() }]);
  });
});

describe('telling a name', () => {
  it('is not done of somebody who is gone, nor kept where what tells it is undone', async () => {
    const id = await test.person('ada');
    const undone = test.get(Transaction).run(async manager => {
      await test.get(UsedNames).tell(manager, id);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    await remove(id);
    expect(await tell(id)).toBe(false);
    expect(await test.sql('SELECT 1 FROM used_names')).toEqual([]);
    expect(await create('ada')).toMatchObject({ outcome: 'created' });
  });

  it('leaves a name either told or free, whoever is deleted and created at the same moment', async () => {
    for (let turn = 0; turn < 5; turn++) {
      const name = `person${turn}`;
      const id = await test.person(name);
      const [told, , made] = await Promise.all([tell(id), remove(id), create(name)]);
      if (told && made.outcome === 'created') throw new Error(`${name} was told and given again.`);
      const again = await create(name);
      if (told) expect(again).toMatchObject({ outcome: 'refused' });
    }
  });
});
