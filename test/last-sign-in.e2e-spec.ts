import { days, hours, minutes, seconds } from '../src/kernel/durations.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

describe('the sign-in before this one', () => {
  let test: TestApp;
  beforeEach(async () => {
    test = await TestApp.start();
    await test.person('ada');
  });
  afterEach(() => test.close());

  const signIn = async (visitor: Visitor, password = PASSWORD): Promise<Visitor> => {
    await visitor.post('/login', { username: 'ada', password, remember: 'on' }, { 'user-agent': FIREFOX });
    return visitor;
  };
  const lastTime = async (visitor: Visitor): Promise<string | null> => {
    const [, said] = /Last time: ([^]*?)\. If/.exec((await visitor.get('/welcome')).body) ?? [];
    return said?.replaceAll(/<[^>]+>/g, '').replaceAll(/\s+/g, ' ') ?? null;
  };

  it('is told on the welcome page, with its time, device and address', async () => {
    await signIn(test.visitor());
    test.clock.pass(hours(3));
    const ada = await signIn(test.visitor());
    expect(await lastTime(ada)).toBe(
      '3 hours ago 23 Nov 2026, 12:00 UTC with Firefox on Linux, from 127.0.0.1',
    );
    test.clock.pass(hours(21));
    expect(await lastTime(ada)).toBe(
      'yesterday 23 Nov 2026, 12:00 UTC with Firefox on Linux, from 127.0.0.1',
    );
    test.clock.pass(days(1));
    expect(await lastTime(ada)).toBe('23 Nov 2026, 12:00 UTC with Firefox on Linux, from 127.0.0.1');
  });

  it('is not there the first time', async () => {
    expect(await lastTime(await signIn(test.visitor()))).toBeNull();
  });

  it('stays what it is while one confirms the password, and is no attempt that failed', async () => {
    await signIn(test.visitor());
    test.clock.pass(minutes(30));
    await signIn(test.visitor(), 'wrong');
    const ada = await signIn(test.visitor());
    test.clock.pass(minutes(30));
    await ada.postForm('/confirm', { password: PASSWORD });
    expect(await lastTime(ada)).toContain('1 hour ago');
  });

  it('is nothing that somebody else learns who signs in from the same browser', async () => {
    await signIn(test.visitor());
    test.clock.pass(seconds(30));
    const shared = await signIn(test.visitor());
    await test.person('eve');
    await shared.signIn('eve', PASSWORD);
    expect(await lastTime(shared)).toBeNull();
  });

  it('is part of what one can take away', async () => {
    const ada = await signIn(test.visitor());
    const { account } = JSON.parse((await ada.get('/account/data')).body) as { account: object };
    expect(account).toMatchObject({
      lastSignIn: { at: '2026-11-23T12:00:00.000Z', ip: '127.0.0.1', userAgent: FIREFOX },
    });
  });
});
