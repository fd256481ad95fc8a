import { Sweeper } from '../src/database/sweeper.js';
import { days, hours, minutes } from '../src/kernel/durations.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const HERE = 200;
const SENT_AWAY = 303;

describe('the clocks of a session', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await TestApp.start();
    await test.person('ada');
  });
  afterAll(() => test.close());

  const welcome = async (visitor: Visitor) => (await visitor.get('/welcome')).status;
  const sessionOf = async (visitor: Visitor) => {
    const { body } = await visitor.get('/session');
    return (JSON.parse(body) as { session: Record<string, number | string | null> }).session;
  };

  describe('idle', () => {
    it('ends it after an hour without activity', async () => {
      const [one, two] = [await test.signedIn(), await test.signedIn()];
      test.clock.pass(hours(1) - 1);
      expect(await welcome(one)).toBe(HERE);
      test.clock.pass(1);
      expect([await welcome(one), await welcome(two)]).toEqual([HERE, SENT_AWAY]);
    });

    it('starts again with every activity', async () => {
      const visitor = await test.signedIn();
      for (let visit = 0; visit < 4; visit++) {
        test.clock.pass(minutes(50));
        expect(await welcome(visitor)).toBe(HERE);
      }
    });

    it('is not held up by pages for everybody, once it has run out', async () => {
      const visitor = await test.signedIn();
      test.clock.pass(hours(1));
      expect((await visitor.get('/login')).status).toBe(200);
      expect(await welcome(visitor)).toBe(SENT_AWAY);
    });

    it('also counts a page that is not there as activity', async () => {
      const visitor = await test.signedIn();
      test.clock.pass(minutes(50));
      expect((await visitor.get('/nothing-here')).status).toBe(404);
      test.clock.pass(minutes(50));
      expect(await welcome(visitor)).toBe(HERE);
    });

    it('ends it for JSON clients with a 401', async () => {
      const visitor = await test.signedIn();
      test.clock.pass(hours(1));
      expect((await visitor.get('/session')).status).toBe(401);
      expect((await visitor.get('/welcome', { accept: 'application/json' })).status).toBe(401);
    });
  });

  describe('absolute', () => {
    it('ends it after 24 hours, whatever the activity', async () => {
      const visitor = await test.signedIn();
      for (let passed = 0; passed < 47; passed++) {
        test.clock.pass(minutes(30));
        expect(await welcome(visitor)).toBe(HERE);
      }
      test.clock.pass(minutes(30) - 1);
      expect(await welcome(visitor)).toBe(HERE);
      test.clock.pass(1);
      expect(await welcome(visitor)).toBe(SENT_AWAY);
    });

    it('is the life of the cookie, which is sent once', async () => {
      const visitor = test.visitor();
      const answer = await visitor.signIn('ada', 'four quiet herons wade');
      expect(answer.setCookies.join()).toMatch(/gatehouse=[^;]+; Max-Age=86400;/);
      test.clock.pass(minutes(30));
      expect((await visitor.get('/welcome')).setCookies).toEqual([]);
    });
  });

  describe('remembered', () => {
    it('lasts 30 days without any activity', async () => {
      const [one, two] = [
        await test.signedIn('ada', { remember: 'on' }),
        await test.signedIn('ada', { remember: 'on' }),
      ];
      test.clock.pass(days(30) - 1);
      expect(await welcome(one)).toBe(HERE);
      test.clock.pass(1);
      expect([await welcome(one), await welcome(two)]).toEqual([SENT_AWAY, SENT_AWAY]);
    });

    it('gives the cookie 30 days', async () => {
      const answer = await test.visitor().signIn('ada', 'four quiet herons wade', { remember: 'on' });
      expect(answer.setCookies.join()).toMatch(/gatehouse=[^;]+; Max-Age=2592000;/);
    });

    it.each(['', '0', 'false', 'off', 'no'])('is not what remember=%j asks for', async remember => {
      expect((await sessionOf(await test.signedIn('ada', { remember }))).idleExpiresAt).not.toBeNull();
    });
  });

  it('are swept away with their rows when they have run out', async () => {
    await test.stored.clearSessions();
    const [gone, kept] = [await test.signedIn(), await test.signedIn('ada', { remember: 'on' })];
    test.clock.pass(hours(1));
    await test.get(Sweeper).sweep();
    expect([await welcome(gone), await welcome(kept)]).toEqual([SENT_AWAY, HERE]);
    const left = (await test.stored.sessions()).map(({ remembered }) => remembered);
    // Redis sweeps by its own clock, which no test moves.
    expect(left.sort()).toEqual(test.stores.kind.includes('redis') ? [false, true] : [true]);
  });
});

describe('an operator’s own clocks', () => {
  let test: TestApp;
  afterEach(() => test.close());
  const signedIn = async (environment: Record<string, string>, fields = {}) => {
    test = await TestApp.start(environment);
    await test.person('ada');
    return test.signedIn('ada', fields);
  };

  it('are kept', async () => {
    const visitor = await signedIn({ SESSION_IDLE: '5m', SESSION_LIFETIME: '8m' });
    test.clock.pass(minutes(4));
    expect((await visitor.get('/welcome')).status).toBe(HERE);
    test.clock.pass(minutes(4) - 1);
    expect((await visitor.get('/welcome')).status).toBe(HERE);
    test.clock.pass(1);
    expect((await visitor.get('/welcome')).status).toBe(SENT_AWAY);
  });

  it('let a short life go before a long idleness', async () => {
    const visitor = await signedIn({ SESSION_IDLE: '1h', SESSION_LIFETIME: '20m' });
    test.clock.pass(minutes(20));
    expect((await visitor.get('/welcome')).status).toBe(SENT_AWAY);
  });

  it('with REMEMBER_ME=0 from now on, leave who was remembered signed in, and after a confirmation as everybody else', async () => {
    const before = await signedIn({}, { remember: 'on' });
    const first = test;
    await first.app.close();
    test = await TestApp.start({ DATA_DIR: first.dataDir, REMEMBER_ME: '0' });
    test.clock.pass(days(2));
    const visitor = test.visitor();
    for (const [name, value] of before.cookies) visitor.cookies.set(name, value);
    expect((await visitor.get('/welcome')).status).toBe(HERE);
    expect((await visitor.postForm('/confirm', { password: PASSWORD })).status).toBe(303);
    expect((await visitor.get('/welcome')).status).toBe(HERE);
    test.clock.pass(hours(1));
    expect((await visitor.get('/welcome')).status).toBe(SENT_AWAY);
    await first.close();
  });

  it('with REMEMBER_ME=0 offer no remembering, and give none to those who ask', async () => {
    const visitor = await signedIn({ REMEMBER_ME: '0' }, { remember: 'on' });
    expect((await test.visitor().get('/')).body).not.toContain('name="remember"');
    test.clock.pass(hours(1));
    expect((await visitor.get('/welcome')).status).toBe(SENT_AWAY);
  });
});
