import {
  addPasskey,
  askedOn,
  challengeFor,
  sendPasskey,
  signInByPasskey,
  SoftwareAuthenticator,
} from './support/software-authenticator.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import { opened } from './support/mailed-link.js';
import { mailsOf, mailTo } from './support/outbox.js';
import { localOrigin } from '../src/audit/security-event.js';
import { GOOGLE } from './support/software-authenticator.js';
import { Passwords } from '../src/credentials/passwords.js';
import { seconds } from '../src/kernel/durations.js';
import { Transaction } from '../src/database/transaction.js';
import { Mailer } from '../src/mail/mailer.js';
import { answerStep, enrol, fieldOf, makeCodes, toSecondStep } from './support/second-factor.js';
import { UsersService } from '../src/users/users.service.js';
import type { Visitor } from './support/visitor.js';

let test: TestApp;
beforeEach(async () => {
  test = await TestApp.start();
  await test.person('ada', 'user', 'ada@example.org');
});
afterEach(() => test.close());

describe('GET /login/passkey', () => {
  it('asks for any passkey of this site, with a challenge, and names nobody', async () => {
    const visitor = test.visitor();
    const answer = await visitor.get('/login/passkey');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({
      challenge: expect.stringMatching(/^[\w-]{80,200}$/),
      timeout: 285_000,
      rpId: 'localhost',
      userVerification: 'required',
      allowCredentials: [],
    });
  });
});

describe('GET /login/passkey, opened in a browser', () => {
  it('is the sign-in form: the address stands there once a passkey was refused', async () => {
    const asked = await test.visitor().get('/login/passkey', { accept: 'text/html,*/*;q=0.8' });
    expect([asked.status, asked.location, asked.setCookies]).toEqual([303, '/login', []]);
  });
});

describe('POST /login/passkey', () => {
  it('signs somebody in who shows a passkey, and no password', async () => {
    const key = new SoftwareAuthenticator();
    const ada = await test.signedIn();
    expect(await addPasskey(ada, key)).toMatchObject({
      status: 303,
      location: '/account/security/recovery-codes',
    });
    const visitor = test.visitor();
    const answer = await signInByPasskey(visitor, key);
    expect([answer.status, answer.location]).toEqual([303, '/welcome']);
    const { session, user } = JSON.parse((await visitor.get('/session')).body) as Record<
      string,
      Record<string, unknown>
    >;
    expect([user!['username'], session!['amr']]).toEqual(['ada', ['hwk', 'user', 'mfa']]);
    const { body } = await visitor.get('/welcome');
    expect(body).toContain('You signed in with a passkey <time');
    expect(body).not.toContain('with your password');
  });

  it('opens one session for one answer', async () => {
    const key = new SoftwareAuthenticator();
    await addPasskey(await test.signedIn(), key);
    const visitor = test.visitor();
    const response = key.get(await challengeFor(visitor));
    expect((await sendPasskey(visitor.copy(), response)).status).toBe(303);
    expect((await sendPasskey(visitor.copy(), response)).status).toBe(422);
  });
});

const LIST = '/account/security/passkeys';
const pageOf = async (name = 'Google Password Manager') => {
  const [row] = await test.sql<{ id: string }>('SELECT id FROM passkeys WHERE name = $1', [name]);
  return `${LIST}/${row!.id}`;
};
const subjects = async () => (await mailsOf(test)).map(({ subject }) => subject);

describe('adding a passkey', () => {
  it('asks for one that is found without a name, verifies its user and is not there yet', async () => {
    const ada = await test.signedIn();
    const first = new SoftwareAuthenticator();
    await addPasskey(ada, first);
    const { body } = await ada.get(`${LIST}/options`);
    expect(JSON.parse(body)).toMatchObject({
      rp: { id: 'localhost', name: 'Gatehouse' },
      user: { name: 'ada', displayName: 'ada' },
      pubKeyCredParams: [{ alg: -7 }, { alg: -8 }, { alg: -257 }],
      excludeCredentials: [{ id: first.credentialId, transports: ['internal', 'hybrid'] }],
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      attestation: 'none',
    });
  });

  it.each(['ES256', 'EdDSA', 'RS256'] as const)('takes a key of the kind %s', async kind => {
    const key = new SoftwareAuthenticator({ kind });
    expect((await addPasskey(await test.signedIn(), key)).status).toBe(303);
    expect((await signInByPasskey(test.visitor(), key)).location).toBe('/welcome');
  });

  it('names it by where it is kept, or by the browser, and no two alike', async () => {
    const ada = await test.signedIn();
    const unknown = '00000000-0000-0000-0000-000000000000';
    for (const aaguid of [GOOGLE, GOOGLE, unknown])
      await addPasskey(ada, new SoftwareAuthenticator({ aaguid }));
    const rows = await test.sql<{ name: string }>('SELECT name FROM passkeys ORDER BY added_at, name');
    expect(rows.map(({ name }) => name).sort()).toEqual([
      'Google Password Manager',
      'Google Password Manager 2',
      'Unknown browser',
    ]);
  });

  it('is told by mail and in the log, and is in what they can take away', async () => {
    const ada = await test.signedIn();
    await addPasskey(ada, new SoftwareAuthenticator({ synced: true }));
    expect(await subjects()).toContain('A second factor was added to your Gatehouse account');
    expect(test.log.events('authn_factor_added')).toMatchObject([{ method: 'passkey' }]);
    const { passkeys } = JSON.parse((await ada.get('/account/data')).body) as { passkeys: unknown[] };
    expect(passkeys).toMatchObject([
      { name: 'Google Password Manager', host: 'localhost', synced: true, suspendedAt: null },
    ]);
    expect(JSON.stringify(passkeys)).not.toMatch(/public|credential/i);
  });

  it('makes the sign-in a strong one, and ends those that were made without', async () => {
    const elsewhere = await test.signedIn();
    const ada = await test.signedIn();
    await addPasskey(ada, new SoftwareAuthenticator());
    expect((await elsewhere.get('/welcome')).status).toBe(303);
    expect((await ada.get('/session')).body).toContain('["pwd","hwk","user","mfa"]');
  });

  it('stops at twenty', async () => {
    const ada = await test.signedIn();
    for (let n = 0; n < 20; n += 1)
      expect((await addPasskey(ada, new SoftwareAuthenticator())).status).toBe(303);
    const { body } = await ada.get(`${LIST}/add`);
    expect(body).toContain('You have 20 passkeys');
    // No device is asked to make one that is not kept.
    expect(body).not.toContain('Create a passkey');
    const late = await addPasskey(ada, new SoftwareAuthenticator());
    expect(late.status).toBe(422);
    expect(late.body.match(/You have 20 passkeys/g)).toHaveLength(1);
  });

  it('took too long: says so, and what is left behind', async () => {
    const ada = await test.signedIn();
    const { body } = await ada.get(`${LIST}/options`);
    const made = new SoftwareAuthenticator().create(JSON.parse(body) as { challenge: string });
    test.clock.pass(5 * 60_000);
    const answer = await ada.postForm(`${LIST}/add`, { credential: JSON.stringify(made) });
    expect([answer.status, answer.body]).toEqual([422, expect.stringContaining('That took too long')]);
  });
});

describe('the pages of passkeys', () => {
  let ada: Visitor;
  let key: SoftwareAuthenticator;
  beforeEach(async () => {
    ada = await test.signedIn();
    key = new SoftwareAuthenticator({ synced: true });
    await addPasskey(ada, key);
  });

  it('say what each is, when it was added and when it was used', async () => {
    const { body } = await ada.get(LIST);
    for (const words of ['Google Password Manager', 'Synced', 'Added', 'not yet'])
      expect(body).toContain(words);
    await signInByPasskey(ada, key);
    expect((await ada.get(LIST)).body).not.toContain('not yet');
  });

  it('give it the name that its person types, and say what is wrong with one that is none', async () => {
    const page = await pageOf();
    expect((await ada.postForm(`${page}/rename`, { name: '  Kitchen ' })).location).toBe(LIST);
    expect((await ada.get(LIST)).body).toContain('Kitchen');
    for (const name of ['', ' ', '\u200b', 'x'.repeat(65), 'two\nlines', 'a\u202eb']) {
      const answer = await ada.postForm(`${page}/rename`, { name });
      expect([name, answer.status]).toEqual([name, 422]);
    }
    expect(await test.sql('SELECT name FROM passkeys')).toEqual([{ name: 'Kitchen' }]);
    expect(test.log.events('authn_factor_renamed')).toHaveLength(1);
  });

  it('print a name as it is, in texts and in attributes', async () => {
    const name = `"><svg onload=1></script>'`;
    await ada.postForm(`${await pageOf()}/rename`, { name });
    expect((await ada.get(LIST)).body).not.toContain('<svg onload');
    expect((await ada.get(await pageOf(name))).body).not.toContain('<svg onload');
  });

  it('speak of recovery codes as what stands in for a passkey as well', async () => {
    const page = await ada.get('/account/security/recovery-codes');
    const words = 'when your authenticator app or your passkey is not at hand';
    expect(page.body).toContain(words);
    // On paper as well.
    expect(page.body).toContain('<p class="printed">http://localhost:4000, ada</p>');
    const form = { pending: fieldOf(page, 'pending') };
    expect((await ada.postForm('/account/security/recovery-codes/download', form)).body).toContain(words);
  });

  it('remove it: it opens nothing any more, its owner is told, and the browser which one it was', async () => {
    const answer = await ada.postForm(`${await pageOf()}/remove`);
    expect(answer.location).toBe(`${LIST}?gone=${key.credentialId}`);
    const { body } = await ada.get(answer.location!);
    expect(body).toContain('has been removed');
    expect(body).toContain(`&quot;gone&quot;:&quot;${key.credentialId}&quot;`);
    expect(await signInByPasskey(test.visitor(), key)).toMatchObject({ status: 422 });
    expect(await subjects()).toContain('A second factor was removed from your Gatehouse account');
    // Without a factor the password is enough again.
    expect((await test.visitor().signIn('ada', PASSWORD)).location).toBe('/welcome');
  });

  it('call none unknown that is still there, whatever the address says', async () => {
    const { body } = await ada.get(`${LIST}?gone=${key.credentialId}`);
    expect(body).toContain('&quot;gone&quot;:null');
  });

  it('say of one that is gone that it may have been removed, as in another tab', async () => {
    const page = await pageOf();
    await ada.postForm(`${page}/remove`);
    for (const late of [await ada.get(page), await ada.postForm(`${page}/rename`, { name: 'Kitchen' })])
      expect([late.status, late.body]).toEqual([404, expect.stringContaining('You have no such passkey.')]);
  });

  it('ask for a recent sign-in before one is removed', async () => {
    test.clock.pass(11 * 60_000);
    expect((await ada.postForm(`${await pageOf()}/remove`)).location).toMatch(/^\/confirm/);
    expect(await test.sql('SELECT id FROM passkeys')).toHaveLength(1);
  });

  it('tell password managers where they are', async () => {
    const { body, headers } = await test.visitor().get('/.well-known/passkey-endpoints');
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(JSON.parse(body)).toEqual({
      enroll: 'http://localhost:4000/account/security/passkeys/add',
      manage: 'http://localhost:4000/account/security/passkeys',
    });
  });
});

describe('the last way in', () => {
  const withoutPassword = () => test.sql('UPDATE users SET password_hash = NULL');

  it('stays: the only passkey of somebody without a password is not removed', async () => {
    const ada = await test.signedIn();
    await addPasskey(ada, new SoftwareAuthenticator());
    await withoutPassword();
    const answer = await ada.postForm(`${await pageOf()}/remove`);
    expect([answer.status, answer.body]).toEqual([422, expect.stringContaining('your only way in')]);
    expect(await test.sql('SELECT id FROM passkeys')).toHaveLength(1);
  });

  it('stays: of the last two, removed at once by twenty clicks, one is left', async () => {
    const ada = await test.signedIn();
    const keys = [new SoftwareAuthenticator(), new SoftwareAuthenticator()];
    for (const key of keys) await addPasskey(ada, key);
    await withoutPassword();
    const pages = [await pageOf(), await pageOf('Google Password Manager 2')];
    const _csrf = await ada.csrf();
    const clicks = Array.from({ length: 20 }, (_, n) =>
      ada.copy().post(`${pages[n % 2]!}/remove`, { _csrf }),
    );
    await Promise.all(clicks);
    expect(await test.sql('SELECT id FROM passkeys')).toHaveLength(1);
  });
});

describe('“this was not me”', () => {
  it('suspends what was added since, and its owner admits it again by showing it', async () => {
    const ada = await test.signedIn();
    const old = new SoftwareAuthenticator();
    await addPasskey(ada, old);
    test.clock.pass(60_000);
    await signInByPasskey(test.visitor(), old);
    const notice = await opened(test, (await mailTo(test, 'ada@example.org', /New sign-in/)).link);
    test.clock.pass(60_000);
    const late = new SoftwareAuthenticator();
    await addPasskey(ada, late);
    expect((await notice.post('/not-me')).status).toBe(303);
    expect(await signInByPasskey(test.visitor(), late)).toMatchObject({ status: 422 });
    const owner = test.visitor();
    expect((await signInByPasskey(owner, old)).location).toBe('/welcome');
    const page = await pageOf('Google Password Manager 2');
    const shown = await owner.get(page);
    expect(shown.body).toContain('Use it again');
    const asked = askedOn(shown);
    const other = await owner.postForm(`${page}/readmit`, { passkey: JSON.stringify(old.get(asked)) });
    expect(other.status).toBe(422);
    // The page stood open for longer than its challenge lasts: its button asks for another.
    test.clock.pass(6 * 60_000);
    expect(shown.body).toContain(`data-passkey-anew="${page}/options"`);
    const anew = JSON.parse((await owner.get(`${page}/options`)).body) as { challenge: string };
    const answer = await owner.postForm(`${page}/readmit`, { passkey: JSON.stringify(late.get(anew)) });
    expect(answer.location).toBe(LIST);
    expect((await owner.get(`${page}/options`)).status).toBe(404);
    expect((await signInByPasskey(test.visitor(), late)).location).toBe('/welcome');
    expect(test.log.events('authn_factor_readmitted')).toHaveLength(1);
  });
});

describe('a passkey as second step', () => {
  const toStep = async (key: SoftwareAuthenticator) => {
    await addPasskey(await test.signedIn(), key);
    const visitor = test.visitor();
    const answer = await visitor.signIn('ada', PASSWORD);
    expect(answer.location).toMatch(/^\/login\/second-step\?step=/);
    const asked = askedOn(await visitor.get(answer.location!));
    const step = new URL(answer.location!, 'http://x').searchParams.get('step') ?? '';
    return { visitor, step, asked };
  };
  const show = (visitor: Visitor, step: string, passkey: object) =>
    visitor.post('/login/second-step', { step, passkey: JSON.stringify(passkey) });

  it('lets somebody in after the password, also where it did not verify its user', async () => {
    const key = new SoftwareAuthenticator();
    const { visitor, step, asked } = await toStep(key);
    expect((await show(visitor, step, key.get(asked, { verified: false }))).location).toBe('/welcome');
    expect((await visitor.get('/session')).body).toContain('["pwd","hwk","user"]');
  });

  it('of somebody else is refused, and so is one that answers another challenge', async () => {
    const key = new SoftwareAuthenticator();
    const { visitor, step, asked } = await toStep(key);
    await test.person('eve');
    const hers = new SoftwareAuthenticator();
    await addPasskey(await test.signedIn('eve'), hers);
    expect((await show(visitor, step, hers.get(asked))).status).toBe(422);
    expect((await show(visitor, step, hers.get(asked, { userHandle: key.userHandle! }))).status).toBe(422);
    expect((await show(visitor, step, key.get(await challengeFor(visitor)))).status).toBe(422);
    expect((await show(visitor, step, key.get(asked))).location).toBe('/welcome');
  });

  it('opens one session for one answer, of twenty at once', async () => {
    const key = new SoftwareAuthenticator({ counts: true });
    const { visitor, step, asked } = await toStep(key);
    const response = key.get(asked);
    const fields = { step, passkey: JSON.stringify(response) };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => visitor.copy().insist('/login/second-step', fields)),
    );
    const sids = answers.flatMap(({ setCookies }) => setCookies.filter(line => /^gatehouse=/.test(line)));
    expect(new Set(sids.map(line => line.split(';')[0])).size).toBe(1);
  });
});

describe('where the host of PUBLIC_URL', () => {
  it('was another one, the start says how many passkeys open nothing', async () => {
    await addPasskey(await test.signedIn(), new SoftwareAuthenticator());
    const moved = await TestApp.start({ DATA_DIR: test.dataDir, PUBLIC_URL: 'http://moved.localhost:4000' });
    const lines = moved.log.lines.map(({ message }) => String(message));
    expect(lines.filter(line => line.includes('made for another host'))).toEqual([
      expect.stringMatching(
        /^1 passkey of 1 person was made for another host than moved\.localhost and opens nothing/,
      ),
    ]);
    await moved.close();
  });

  it('was another one, whoever has passkeys alone, and no codes, is told that nothing of theirs works', async () => {
    await addPasskey(await test.signedIn(), new SoftwareAuthenticator());
    const moved = await TestApp.start({ DATA_DIR: test.dataDir, PUBLIC_URL: 'http://moved.localhost:4000' });
    const visitor = moved.visitor();
    const { body } = await visitor.get(await toSecondStep(visitor));
    expect(body).toContain('None of your second factors works here.');
    expect(body).not.toContain('Use a passkey');
    await moved.close();
  });

  it('was another one, whoever has passkeys alone signs in as the mail says: with the password and a recovery code', async () => {
    const ada = await test.signedIn();
    await addPasskey(ada, new SoftwareAuthenticator());
    const [recovery_code = ''] = await makeCodes(ada);
    const moved = await TestApp.start({ DATA_DIR: test.dataDir, PUBLIC_URL: 'http://moved.localhost:4000' });
    const model = { name: 'Ada', link: 'http://moved.localhost:4000/account/security/passkeys' };
    const mail = { to: 'ada@example.org', template: 'passkeys-moved', model } as const;
    await moved.get(Transaction).run(manager => moved.get(Mailer).promise(manager, mail));
    const { text } = await mailTo(test, 'ada@example.org', /made anew/);
    const said = text.replaceAll(/\s+/g, ' ');
    expect(said).toContain(
      'Sign in with your password and a code of your authenticator app, or with your password and a recovery code',
    );
    expect(said).toContain('If you have neither, ask the people who run Gatehouse');
    expect(said).not.toContain('as you did before');
    const visitor = moved.visitor();
    const page = await toSecondStep(visitor);
    expect((await answerStep(visitor, page, { recovery_code })).location).toBe('/welcome');
    await moved.close();
  });

  it('is the one of before again, its passkeys are asked for from the start on, and weaker sign-ins end', async () => {
    const ada = await test.signedIn();
    const app = await enrol(test, ada);
    await addPasskey(ada, new SoftwareAuthenticator());
    const moved = await TestApp.start({ DATA_DIR: test.dataDir, PUBLIC_URL: 'http://moved.localhost:4000' });
    const there = moved.visitor();
    test.clock.pass(seconds(30));
    moved.clock.pass(seconds(30));
    await answerStep(there, await toSecondStep(there), { code: app.code() });
    expect((await there.postForm('/account/security/authenticator/remove')).status).toBe(303);
    const weak = await moved.signedIn();
    expect((await weak.get('/welcome')).status).toBe(200);
    const back = await TestApp.start({ DATA_DIR: test.dataDir });
    expect((await back.visitor().signIn('ada', PASSWORD)).location).toMatch(/^\/login\/second-step/);
    const stolen = back.visitor();
    for (const [name, value] of weak.cookies) stolen.cookies.set(name, value);
    expect((await stolen.get('/session')).status).toBe(401);
    expect(back.log.events('authn_factor_readmitted')).toMatchObject([{ endedSessions: 3 }]);
    const again = await TestApp.start({ DATA_DIR: test.dataDir });
    expect(again.log.events('authn_factor_readmitted')).toEqual([]);
    for (const each of [again, back, moved]) await each.close();
  });

  it('is a number, no passkeys are offered anywhere', async () => {
    const numbered = await TestApp.start({ PUBLIC_URL: 'http://127.0.0.1:4000' });
    const visitor = numbered.visitor();
    const { body } = await visitor.get('/login');
    expect(body).not.toContain('passkey');
    expect(body).not.toContain('webauthn');
    expect((await visitor.get('/login/passkey')).status).toBe(404);
    expect((await visitor.get('/.well-known/passkey-endpoints')).status).toBe(404);
    await numbered.close();
  });
});

describe('an operator’s reset of the password', () => {
  it('leaves passkeys as they are: it changes the password and nothing else', async () => {
    const key = new SoftwareAuthenticator();
    await addPasskey(await test.signedIn(), key);
    const user = (await test.get(UsersService).findByLogin('ada'))!;
    const doubt = { kind: 'operator-reset', since: null, openedAt: null } as const;
    await test.get(Passwords).set({ user, password: 'seven calm otters drift', doubt }, localOrigin('test'));
    expect((await signInByPasskey(test.visitor(), key)).location).toBe('/welcome');
  });
});
