import { hash as argon2 } from '@node-rs/argon2';
import { HASH_COST } from '../src/crypto/hash-cost.js';
import { digestOf } from '../src/crypto/secret-token.js';
import { hours, minutes, seconds } from '../src/kernel/durations.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Answer, Visitor } from './support/visitor.js';

const SESSION_COOKIE = /^gatehouse=s%3A[\w-]{43}\.[\w%]+; Max-Age=86400; Path=\/; HttpOnly; SameSite=Lax$/;

/** The cookie lines of a session, any other cookie left out. */
const sessionCookies = (answer: Answer) =>
  answer.setCookies.filter(line => /^(__Host-)?gatehouse=/.test(line));

describe('signing in', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await TestApp.start({}, [], { hashCost: HASH_COST });
    await test.person('Ada', 'user', 'Ada.Lovelace@example.org');
    await test.person('Eve');
    await test.person('Zo\u00eb');
  });
  afterAll(() => test.close());
  // Failures of one test do not slow down the next.
  afterEach(() => test.clock.pass(hours(25)));

  const rows = async () => (await test.stored.sessions()).length;

  describe('GET / and GET /login', () => {
    it.each(['/', '/login'])(
      '%s shows visitors the form, without a cookie and without a session',
      async path => {
        const before = await rows();
        const page = await test.visitor().get(path);
        expect([page.status, page.setCookies]).toEqual([200, []]);
        expect(page.body).toMatch(/<form method="post" action="\/login">/);
        expect(page.body).toMatch(/<input[^>]+name="username"[^>]+autocomplete="username webauthn"/);
        expect(page.body).toMatch(
          /<input[^>]+name="password"[^>]+type="password"[^>]+autocomplete="current-password"/,
        );
        expect(page.body).toMatch(/<input type="checkbox" name="remember"/);
        expect(await rows()).toBe(before);
      },
    );

    it.each(['/', '/login'])('%s leads people who are signed in to the welcome page', async path => {
      const answer = await (await test.signedIn('ada')).get(path);
      expect([answer.status, answer.location]).toEqual([303, '/welcome']);
    });

    it('keeps where people were going', async () => {
      const page = await test.visitor().get('/login?return_to=%2Fnotes%3Fpage%3D2%26a%3D%22b');
      expect(page.body).toContain('name="return_to" value="/notes?page&#x3D;2&amp;a&#x3D;%22b"');
      const answer = await (await test.signedIn('ada')).get('/login?return_to=%2Fnotes%3Fpage%3D2');
      expect(answer.location).toBe('/notes?page=2');
    });

    it.each(['//elsewhere.example', 'https://elsewhere.example', '/logout', 'a&return_to=/b'])(
      'forgets %s',
      async given => {
        const path = `/login?return_to=${given}`;
        expect((await test.visitor().get(path)).body).not.toContain('name="return_to"');
        expect((await (await test.signedIn('ada')).get(path)).location).toBe('/welcome');
      },
    );
  });

  describe('POST /login and POST /user', () => {
    it('lead to the welcome page, which says who is there', async () => {
      for (const path of ['/login', '/user']) {
        const visitor = test.visitor();
        const answer = await visitor.post(path, { username: 'Ada', password: PASSWORD });
        expect([answer.status, answer.location]).toEqual([303, '/welcome']);
        const page = await visitor.get('/welcome');
        expect(page.status).toBe(200);
        expect(page.body).toContain('Welcome, Ada');
      }
    });

    it.each([
      ['ada'],
      ['ADA'],
      [' Ada '],
      ['\uff21\uff44\uff41'],
      ['ada.lovelace@example.org'],
      ['ADA.Lovelace@EXAMPLE.org'],
    ])('take the name as %j', async username => {
      expect((await test.visitor().signIn(username, PASSWORD)).status).toBe(303);
    });

    it('take a name in either Unicode form', async () => {
      expect((await test.visitor().signIn('zoe\u0308', PASSWORD)).status).toBe(303);
    });

    it('go on to where people were going, and nowhere else', async () => {
      const to = async (return_to: string) =>
        (await test.visitor().signIn('ada', PASSWORD, { return_to })).location;
      expect(await to('/notes?page=2')).toBe('/notes?page=2');
      for (const elsewhere of [
        'https://elsewhere.example',
        '//elsewhere.example',
        '/\\elsewhere.example',
        '/logout',
      ])
        expect(await to(elsewhere)).toBe('/welcome');
    });

    it('set one session cookie with every attribute, and keep only the hash of its id', async () => {
      const answer = await test.visitor().signIn('ada', PASSWORD);
      expect(sessionCookies(answer)).toEqual([expect.stringMatching(SESSION_COOKIE)]);
      const id = decodeURIComponent(sessionCookies(answer)[0] ?? '')
        .slice('gatehouse=s:'.length)
        .slice(0, 43);
      const stored = await test.stored.sessions();
      expect(stored.filter(({ idHash }) => idHash === digestOf(id))).toHaveLength(1);
      expect(JSON.stringify(stored)).not.toContain(id);
    });

    it('give a new id every time, and the old one opens nothing', async () => {
      const visitor = await test.signedIn('ada');
      const before = visitor.copy();
      await visitor.signIn('ada', PASSWORD);
      expect(visitor.cookies.get('gatehouse')).not.toBe(before.cookies.get('gatehouse'));
      expect((await visitor.get('/welcome')).status).toBe(200);
      expect((await before.get('/welcome')).location).toBe('/login?return_to=%2Fwelcome');
    });

    it('put another person in the place of the one before', async () => {
      const visitor = await test.signedIn('ada');
      const before = visitor.copy();
      expect((await visitor.signIn('eve', PASSWORD)).status).toBe(303);
      expect((await visitor.get('/welcome')).body).toContain('Welcome, Eve');
      expect((await before.get('/welcome')).status).toBe(303);
    });

    it('leave the session alone where they refuse', async () => {
      const visitor = await test.signedIn('ada');
      expect((await visitor.signIn('eve', 'wrong')).status).toBe(422);
      expect((await visitor.get('/welcome')).body).toContain('Welcome, Ada');
    });

    it('never adopt an id that was planted', async () => {
      const visitor = test.visitor();
      visitor.cookies.set('gatehouse', `s%3A${'a'.repeat(43)}.AAAA`);
      await visitor.signIn('ada', PASSWORD);
      expect(visitor.cookies.get('gatehouse')).not.toContain('a'.repeat(43));
    });

    it('keep at most 20 sessions a person: the longest unused ends, and the log says so', async () => {
      await test.stored.clearSessions();
      const visitors: Visitor[] = [];
      for (let count = 0; count < 20; count++) {
        visitors.push(await test.signedIn('eve'));
        test.clock.pass(seconds(1));
      }
      test.clock.pass(minutes(2));
      expect((await visitors[0]!.get('/welcome')).status).toBe(200);
      test.log.lines.length = 0;
      await test.signedIn('eve');
      const open = await Promise.all(visitors.map(async visitor => (await visitor.get('/welcome')).status));
      expect(open).toEqual([200, 303, ...Array<number>(18).fill(200)]);
      expect(test.log.events('session_ended')).toEqual([expect.objectContaining({ reason: 'cap' })]);
      expect(await rows()).toBe(20);
    });

    it('record who signed in, and how', async () => {
      test.log.lines.length = 0;
      await test.visitor().signIn('ada', PASSWORD);
      const [signIn] = test.log.events('authn_login_success');
      expect(signIn).toMatchObject({ outcome: 'success', method: 'pwd', ip: '127.0.0.1' });
      expect(test.log.events('session_created')).toEqual([
        expect.objectContaining({
          userId: signIn?.['userId'],
          session: expect.stringMatching(/^[\w-]{12}$/) as string,
        }),
      ]);
    });

    it('hash the password again where the stored hash is weaker than today’s', async () => {
      const weak = await argon2(PASSWORD, { memoryCost: 8192, timeCost: 1, parallelism: 1 });
      await test.sql('UPDATE users SET password_hash = $1 WHERE username_key = $2', [weak, 'ada']);
      await test.signedIn('ada');
      const [row] = await test.sql('SELECT password_hash AS hash FROM users WHERE username_key = $1', [
        'ada',
      ]);
      expect(row?.['hash']).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
      expect((await test.signedIn('ada')).cookies.has('gatehouse')).toBe(true);
    });
  });
});
