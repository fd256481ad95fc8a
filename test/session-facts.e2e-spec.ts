import { SessionStore } from '../src/sessions/session-store.js';
import { days, hours, minutes, seconds } from '../src/kernel/durations.js';
import { TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

/** What the page says beside one of its headings, as text, without the exact instant. */
function fact(body: string, heading: string): string {
  const [, rest = ''] = body.split(`<dt>${heading}</dt>`);
  const [said = ''] = rest.split(/<small>|<\/dd>/);
  return said.replaceAll(/<[^>]+>/g, '').trim();
}
const IDLE = 'Without activity, this session ends';
const ABSOLUTE = 'In any case it ends';
const RECENT = 'Sensitive changes ask who you are again';

describe('what a session tells of itself', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await TestApp.start();
    await test.person('ada');
  });
  afterAll(() => test.close());

  const sessionOf = async (visitor: Visitor) => {
    const { body } = await visitor.get('/session');
    return (JSON.parse(body) as { session: Record<string, number | string | null> }).session;
  };
  const row = async (visitor: Visitor) => {
    const { publicId } = await sessionOf(visitor);
    const found = (await test.stored.sessions()).find(session => session.publicId === publicId);
    if (found === undefined) throw new Error('It is not stored.');
    const { lastSeenAt, idleExpiresAt, expiresAt } = found;
    return { lastSeenAt, idleExpiresAt, expiresAt };
  };

  describe('last activity', () => {
    it('is written at most once a minute', async () => {
      const visitor = await test.signedIn();
      const start = test.clock.now();
      test.clock.pass(seconds(59));
      await visitor.get('/welcome');
      expect(await row(visitor)).toMatchObject({ lastSeenAt: start, idleExpiresAt: start + hours(1) });
      test.clock.pass(seconds(1));
      await visitor.get('/welcome');
      const seen = start + minutes(1);
      expect(await row(visitor)).toEqual({
        lastSeenAt: seen,
        idleExpiresAt: seen + hours(1),
        expiresAt: start + hours(24),
      });
    });

    it('is written once where many requests come together', async () => {
      const visitor = await test.signedIn();
      const written: number[] = [];
      const store = test.get(SessionStore);
      const touch = store.touch.bind(store);
      store.touch = activity => {
        written.push(activity.lastSeenAt);
        return touch(activity);
      };
      test.clock.pass(minutes(1));
      await Promise.all([...Array(10).keys()].map(() => visitor.copy().get('/welcome')));
      store.touch = touch;
      expect(written).toEqual([test.clock.now()]);
    });

    it('goes on being written after the machine’s clock was set back', async () => {
      const visitor = await test.signedIn();
      const start = test.clock.now();
      test.clock.pass(-hours(2));
      await visitor.get('/welcome');
      expect(await row(visitor)).toMatchObject({ lastSeenAt: start - hours(2) });
      test.clock.pass(hours(2));
    });

    it('of a remembered session brings no idle clock along', async () => {
      const visitor = await test.signedIn('ada', { remember: 'on' });
      const start = test.clock.now();
      test.clock.pass(days(1));
      await visitor.get('/welcome');
      expect(await row(visitor)).toEqual({
        lastSeenAt: start + days(1),
        idleExpiresAt: null,
        expiresAt: start + days(30),
      });
    });
  });

  describe('GET /welcome and GET /session', () => {
    it('show what is left on each clock', async () => {
      const visitor = await test.signedIn();
      const start = test.clock.now();
      test.clock.pass(minutes(4));
      const { body } = await visitor.get('/welcome');
      expect([fact(body, IDLE), fact(body, ABSOLUTE), fact(body, RECENT)]).toEqual([
        'in 1 hour',
        'in 23 hours',
        'in 6 minutes',
      ]);
      expect(body).toMatch(
        /You signed in with your password <time [^>]+>4 minutes ago <small>[^<]+<\/small><\/time>\s+from 127\.0\.0\.1/,
      );
      expect(await sessionOf(visitor)).toMatchObject({
        createdAt: start,
        authenticatedAt: start,
        lastSeenAt: start + minutes(4),
        idleExpiresAt: start + minutes(64),
        expiresAt: start + hours(24),
        amr: ['pwd'],
      });
    });

    it('show whole clocks to somebody who has just come', async () => {
      const { body } = await (await test.signedIn()).get('/welcome');
      expect([fact(body, IDLE), fact(body, ABSOLUTE), fact(body, RECENT)]).toEqual([
        'in 1 hour',
        'in 1 day',
        'in 10 minutes',
      ]);
    });

    it('name the session so that it can be typed anywhere, also after a command', async () => {
      const { publicId } = await sessionOf(await test.signedIn());
      expect(publicId).toMatch(/^[0-9a-f][0-9a-f-]{35}$/);
    });

    it('say when a sign-in is not recent any more', async () => {
      const visitor = await test.signedIn();
      test.clock.pass(minutes(10));
      expect(fact((await visitor.get('/welcome')).body, RECENT)).toBe('from now on');
    });

    it('say that a remembered session does not end for lack of activity', async () => {
      const { body } = await (await test.signedIn('ada', { remember: 'on' })).get('/welcome');
      expect(fact(body, IDLE)).toBe('never, because you asked to stay signed in');
      expect(fact(body, ABSOLUTE)).toBe('in 30 days');
    });
  });

  it('follows the operator’s own clocks', async () => {
    await test.close();
    test = await TestApp.start({ SESSION_IDLE: '5m', SESSION_LIFETIME: '8h', RECENT_SIGN_IN: '1m' });
    await test.person('ada');
    const { body } = await (await test.signedIn()).get('/welcome');
    expect([fact(body, IDLE), fact(body, ABSOLUTE), fact(body, RECENT)]).toEqual([
      'in 5 minutes',
      'in 8 hours',
      'in 1 minute',
    ]);
  });
});
