import { Sweeper } from '../src/database/sweeper.js';
import { type Duration, days, hours, minutes, seconds } from '../src/kernel/durations.js';
import { localOrigin } from '../src/audit/security-event.js';
import { ErasureWorker } from '../src/audit/erasure-worker.js';
import { OpenedApplications } from '../src/forward-auth/opened-applications.js';
import { LostFactors } from '../src/second-factor/lost-factors.js';
import { SignInReaper } from '../src/sessions/sign-in-reaper.js';
import { InsideApplications } from './support/inside-applications.js';
import { opened } from './support/mailed-link.js';
import { mailTo } from './support/outbox.js';
import { answerStep, enrol, stepOf, toSecondStep } from './support/second-factor.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

/** How far the clock is wrong, before it is put right. */
const WRONG: readonly Duration[] = [hours(1), days(1), days(400)];

let test: TestApp;
beforeEach(async () => {
  test = await TestApp.start({ REMEMBER_ME: '30d' });
  await test.person('ada', 'user', 'ada@example.org');
});
afterEach(() => test.close());

const status = async (visitor: Visitor, path = '/welcome') => (await visitor.get(path)).status;

describe.each(WRONG)('where the clock was %d ms ahead and is put right', wrong => {
  beforeEach(() => test.clock.pass(wrong));
  const putRight = () => test.clock.pass(-wrong);

  it('nobody waits longer than their failures are worth', async () => {
    for (let turn = 0; turn < 5; turn++) await test.visitor().signIn('ada', 'wrong');
    putRight();
    const refused = await test.visitor().signIn('ada', PASSWORD);
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '30']);
    test.clock.pass(seconds(30));
    expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(303);
  });

  it('a session that was begun then ends with the idle clock, and with the absolute one, counted from now', async () => {
    const [busy, lazy] = [await test.signedIn(), await test.signedIn()];
    putRight();
    expect([await status(busy), await status(lazy)]).toEqual([200, 200]);
    for (let visit = 1; visit < 48; visit++) {
      test.clock.pass(minutes(30));
      expect(await status(busy)).toBe(200);
      if (visit === 2) expect(await status(lazy)).toBe(303);
    }
    test.clock.pass(minutes(30));
    expect(await status(busy)).toBe(303);
  });

  it('a remembered session that was begun then ends after 30 days from now, and its cookie says so', async () => {
    const ada = test.visitor();
    await ada.signIn('ada', PASSWORD, { remember: '1' });
    putRight();
    const { body } = await ada.get('/session');
    const { session } = JSON.parse(body) as { session: { expiresAt: string | number } };
    expect(new Date(session.expiresAt).getTime()).toBeLessThanOrEqual(test.clock.now() + days(30));
    test.clock.pass(days(30) - 1);
    expect(await status(ada)).toBe(200);
    test.clock.pass(1);
    expect(await status(ada)).toBe(303);
  });

  it('a sign-in of then is recent for ten minutes from now', async () => {
    const ada = await test.signedIn();
    putRight();
    expect(await status(ada, '/account/email')).toBe(200);
    test.clock.pass(minutes(10));
    expect(await status(ada, '/account/email')).toBe(303);
  });

  it('a session that nobody came back to ends all the same, its life from when the sweeper saw it', async () => {
    const ada = await test.signedIn();
    putRight();
    // Redis ends its keys by a clock of its own.
    const left = await test.stored.longestSessionInRedis();
    if (left !== null) return expect(left).toBeLessThanOrEqual(hours(1));
    await test.get(Sweeper).sweep();
    test.clock.pass(hours(1));
    expect(await status(ada)).toBe(303);
  });

  const signIns = async () =>
    (
      await test.sql<Record<string, number | string>>(
        'SELECT began_at, proved_at, expires_at, known_end_at FROM sign_ins ORDER BY id',
      )
    ).map(row => Object.values(row).map(at => Number(at) - test.clock.now()));

  it('its sign-in goes with it, so that what hangs on it is over when it is', async () => {
    const ada = await test.signedIn();
    putRight();
    expect(await status(ada)).toBe(200);
    expect(await signIns()).toEqual([[0, 0, hours(24), hours(1)]]);
    test.clock.pass(hours(1));
    await test.get(SignInReaper).run();
    expect(await test.sql('SELECT end_reason FROM sign_ins')).toEqual([{ end_reason: 'expired' }]);
  });

  it('a sign-in that nobody came back to ends no later than the longest session begun now', async () => {
    await test.signedIn();
    putRight();
    await test.get(Sweeper).sweep();
    const [[, , , knownEnd = NaN] = []] = await signIns();
    expect(knownEnd).toBeLessThanOrEqual(days(30) + minutes(1));
  });

  it('a link of then is good for its life from now, opened or not', async () => {
    await test.visitor().insist('/forgot', { email: 'ada@example.org' });
    const { link } = await mailTo(test, 'ada@example.org', /password/);
    putRight();
    const browser = await opened(test, link);
    expect(await status(browser, '/reset')).toBe(200);
    test.clock.pass(minutes(30));
    expect(await status(browser, '/reset')).toBe(410);
  });

  it('a link of then that nobody opened is over its life after the sweeper saw it', async () => {
    await test.visitor().insist('/forgot', { email: 'ada@example.org' });
    const { link } = await mailTo(test, 'ada@example.org', /password/);
    putRight();
    await test.get(Sweeper).sweep();
    test.clock.pass(minutes(30));
    expect(await status(await opened(test, link), '/reset')).toBe(410);
  });

  it('a code of then, after a reset of factors, is good for a day from now at most', async () => {
    await enrol(test, await test.signedIn());
    const [row] = await test.sql<{ id: string }>("SELECT id FROM users WHERE username = 'ada'");
    await test.get(LostFactors).reset(row?.id ?? '', true, localOrigin('command line, test'));
    const visitor = test.visitor();
    const step = stepOf(await toSecondStep(visitor));
    await visitor.post('/login/second-step/reset-code', { step });
    const { text } = await mailTo(test, 'ada@example.org', /^Your code/);
    const reset_code = /[0-9a-z]{5}(-[0-9a-z]{1,5}){5}/.exec(text)?.[0] ?? '';
    putRight();
    test.clock.pass(hours(25));
    const later = test.visitor();
    expect((await answerStep(later, await toSecondStep(later), { reset_code })).status).toBe(422);
  });

  describe('of an application', () => {
    let inside: InsideApplications;
    let ada: string;
    beforeEach(async () => {
      const [row] = await test.sql<{ id: string }>("SELECT id FROM users WHERE username = 'ada'");
      ada = row?.id ?? '';
      inside = new InsideApplications(test);
      await inside.add('wiki', { everybody: true, includingRegistered: true, longest: '30m' });
      await test.signedIn();
    });

    it('a session that was begun then lasts no longer than its application says, from when the sweeper saw it', async () => {
      const cookie = await inside.enter(ada, 'wiki');
      putRight();
      await test.get(Sweeper).sweep();
      const seen = async () => [
        await inside.answerTo(cookie, 'wiki'),
        (await test.get(OpenedApplications).of(ada)).length,
      ];
      test.clock.pass(minutes(30) - 1);
      expect(await seen()).toEqual(['enter', 1]);
      test.clock.pass(1);
      expect(await seen()).toEqual(['sign-in', 0]);
    });

    it('a ticket of then opens nothing', async () => {
      const ticket = await inside.ticket(ada, 'wiki');
      putRight();
      expect(await inside.spend(ticket, 'wiki')).toEqual({ outcome: 'refused', seen: 'late' });
    });

    it('who came round in a circle then is not kept out now', async () => {
      for (let turn = 0; turn < 5; turn++) await inside.ticket(ada, 'wiki');
      await expect(inside.ticket(ada, 'wiki')).rejects.toThrow('circle');
      putRight();
      await inside.enter(ada, 'wiki');
    });

    it('an access token of then is good for its life after the sweeper saw it, and no longer', async () => {
      const token = await inside.token(ada, 'wiki');
      putRight();
      expect(await inside.answerToToken(token, 'wiki')).toBe('enter');
      await test.get(Sweeper).sweep();
      test.clock.pass(days(30) - 1);
      expect(await inside.answerToToken(token, 'wiki')).toBe('enter');
      test.clock.pass(1);
      expect(await inside.answerToToken(token, 'wiki')).toBe('sign-in');
    });
  });

  it('a promise to take somebody out of the events is kept now, and is over a day later', async () => {
    const ada = await test.signedIn();
    await ada.postForm('/account/close', { username: 'ada' });
    await test.get(ErasureWorker).run();
    await test.sql('UPDATE erasures SET due_at = due_at + 60000');
    putRight();
    await test.get(ErasureWorker).run();
    const [promise] = await test.sql<{ due_at: number | string }>('SELECT due_at FROM erasures');
    expect(Number(promise?.due_at)).toBeLessThanOrEqual(test.clock.now() + minutes(2));
    for (let look = 0; look < 13; look++) {
      test.clock.pass(hours(4));
      await test.get(ErasureWorker).run();
    }
    expect(await test.sql('SELECT 1 FROM erasures')).toEqual([]);
  });
});
