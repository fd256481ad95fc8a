import { days, hours, minutes, seconds } from '../src/kernel/durations.js';
import { TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

/** What the page says beside one of its headings, as text. */
function fact(body: string, heading: string): string {
  const [, rest = ''] = body.split(`<dt>${heading}</dt>`);
  return (rest.split('</dd>')[0] ?? '').replaceAll(/<[^>]+>/g, '').trim();
}
const IDLE = 'Without activity, this session ends';
const ABSOLUTE = 'In any case it ends';
const RECENT = 'Sensitive changes ask for your password again';

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
    const [found] = await test.sql<Record<string, number | null>>(
      'SELECT last_seen_at, idle_expires_at, expires_at, ends_at FROM sessions WHERE public_id = $1',
      [publicId],
    );
    return found;
  };

  describe('last activity', () => {
    it('is written at most once a minute', async () => {
      const visitor = await test.signedIn();
      const start = test.clock.now();
      test.clock.pass(seconds(59));
      await visitor.get('/welcome');
      expect(await row(visitor)).toMatchObject({ last_seen_at: start, idle_expires_at: start + hours(1) });
      test.clock.pass(seconds(1));
      await visitor.get('/welcome');
      const seen = start + minutes(1);
      expect(await row(visitor)).toEqual({
        last_seen_at: seen,
        idle_expires_at: seen + hours(1),
        ends_at: seen + hours(1),
        expires_at: start + hours(24),
      });
    });

    it('is written once where many requests come together', async () => {
      const visitor = await test.signedIn();
      await test.sql('CREATE TABLE writes (at integer)');
      await test.sql(
        'CREATE TRIGGER count_writes AFTER UPDATE OF last_seen_at ON sessions ' +
          'BEGIN INSERT INTO writes VALUES (NEW.last_seen_at); END',
      );
      test.clock.pass(minutes(1));
      await Promise.all([...Array(10).keys()].map(() => visitor.copy().get('/welcome')));
      expect(await test.sql('SELECT at FROM writes')).toEqual([{ at: test.clock.now() }]);
      await test.sql('DROP TRIGGER count_writes');
    });

    it('goes on being written after the machine’s clock was set back', async () => {
      const visitor = await test.signedIn();
      const start = test.clock.now();
      test.clock.pass(-hours(2));
      await visitor.get('/welcome');
      expect(await row(visitor)).toMatchObject({ last_seen_at: start - hours(2) });
      test.clock.pass(hours(2));
    });

    it('of a remembered session brings no idle clock along', async () => {
      const visitor = await test.signedIn('ada', { remember: 'on' });
      const start = test.clock.now();
      test.clock.pass(days(1));
      await visitor.get('/welcome');
      expect(await row(visitor)).toEqual({
        last_seen_at: start + days(1),
        idle_expires_at: null,
        ends_at: start + days(30),
        expires_at: start + days(30),
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
        /You signed in with your password <time [^>]+>4 minutes ago<\/time>\s+from 127\.0\.0\.1/,
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
