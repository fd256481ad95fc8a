import { DataSource } from 'typeorm';
import { AuditLog } from '../src/audit/audit-log.js';
import { StreamWriter } from '../src/audit/stream-writer.js';
import { readInIndexOrder } from '../src/database/index-order.js';
import { days, seconds } from '../src/kernel/durations.js';
import { Sweeper } from '../src/database/sweeper.js';
import { addEvents, A_DAY_OF_A_BOT } from './support/many-events.js';
import { answerStep, toSecondStep } from './support/second-factor.js';
import { addPasskey, askedOn, SoftwareAuthenticator } from './support/software-authenticator.js';
import { PASSWORD, TestApp } from './support/test-app.js';
import type { Answer } from './support/visitor.js';

/** Where a link of the page leads, by its words. */
const linkIn = ({ body }: Answer, words: string): string =>
  new RegExp(`href="([^"]+)"[^>]*>${words}</a>`).exec(body)?.[1] ?? `no link ${words}`;

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

const NOWHERE = { ip: '', userAgent: '', requestId: '', atThisMachine: false };

const UPDATED = (userId: string, n: number) =>
  ({ event: 'user_updated', outcome: 'success', userId, session: null, facts: { n } }) as const;

/** The events that a page shows. */
const eventsOf = ({ body }: Answer): string[] =>
  [...(body.split('<main')[1] ?? '').matchAll(/<li>[^]*?<\/li>/g)].map(([row]) => textOf(row));

const textOf = (html: string): string =>
  html
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();

describe('activity', () => {
  let test: TestApp;

  const idOf = async (username: string): Promise<string> => {
    const [row] = await test.sql<{ id: string }>('SELECT id FROM users WHERE username_key = $1', [username]);
    return row!.id;
  };
  const planOf = async (statement: string): Promise<string> => {
    const postgres = test.stores.kind.includes('postgres');
    const explain = postgres ? 'EXPLAIN' : 'EXPLAIN QUERY PLAN';
    const rows = await readInIndexOrder(test.get(DataSource).manager, manager =>
      manager.query<unknown[]>(`${explain} ${statement}`),
    );
    return JSON.stringify(rows);
  };

  beforeEach(async () => {
    test = await TestApp.start();
    await test.person('ada');
  });
  afterEach(() => test.close());

  it('tells in words what happened, the newest first', async () => {
    const ada = test.visitor();
    test.clock.pass(1000);
    await ada.post('/login', { username: 'ada', password: 'wrong' }, { 'user-agent': FIREFOX });
    test.clock.pass(1000);
    await ada.post('/login', { username: 'ada', password: PASSWORD }, { 'user-agent': FIREFOX });
    expect(eventsOf(await ada.get('/account/activity'))).toEqual([
      'Signed in from Firefox on Linux, 127.0.0.1 just now 23 Nov 2026, 12:00 UTC',
      'A sign-in failed from Firefox on Linux, 127.0.0.1 just now 23 Nov 2026, 12:00 UTC',
      'The account was created from test just now 23 Nov 2026, 12:00 UTC',
    ]);
  });

  it('says of a wrong factor whether a password had been right, or somebody signed in had to confirm', async () => {
    const ada = await test.signedIn();
    const key = new SoftwareAuthenticator();
    expect((await addPasskey(ada, key)).status).toBe(303);
    test.clock.pass(1000);
    const wrong = JSON.stringify(
      key.get(askedOn(await ada.get('/confirm')), { signature: () => Buffer.from('no') }),
    );
    expect((await ada.postForm('/confirm', { passkey: wrong })).status).toBe(422);
    expect(eventsOf(await ada.get('/account/activity'))[0]).toContain(
      'A wrong second factor was shown to confirm',
    );
    test.clock.pass(1000);
    const visitor = test.visitor();
    const page = await toSecondStep(visitor);
    test.clock.pass(1000);
    const other = key.get(askedOn(await visitor.get(page)), { signature: () => Buffer.from('no') });
    expect((await answerStep(visitor, page, { passkey: JSON.stringify(other) })).status).toBe(422);
    expect(eventsOf(await ada.get('/account/activity'))[0]).toContain('given after the right password');
  });

  it('tells what failed from what did not by more than its words', async () => {
    test.clock.pass(1000);
    const ada = await test.signedIn();
    test.clock.pass(1000);
    await test.visitor().post('/login', { username: 'ada', password: 'wrong' });
    const { body } = await ada.get('/account/activity');
    const rows = [...body.matchAll(/<li><svg class="symbol( failed)?"[^]*?class="what">([^<]*)/g)];
    expect(rows.map(([, failed, words]) => [words, failed !== undefined])).toEqual([
      ['A sign-in failed', true],
      ['Signed in', false],
      ['The account was created', false],
    ]);
  });

  it('says of what is older than a day when it was, and not how long ago', async () => {
    test.clock.pass(1000);
    const ada = await test.signedIn('ada', { remember: 'on' });
    test.clock.pass(days(2));
    const [signedIn] = eventsOf(await ada.get('/account/activity'));
    expect(signedIn).toMatch(/^Signed in from .*127\.0\.0\.1 23 Nov 2026, 12:00 UTC$/);
  });

  it('calls a wrong current password by its name: nobody tried to come in', async () => {
    const ada = await test.signedIn();
    test.clock.pass(1000);
    await ada.postForm('/confirm', { password: 'wrong' });
    const [first] = eventsOf(await ada.get('/account/activity'));
    expect(first).toContain('A wrong current password was typed');
    expect(test.log.events('authn_login_fail')).toMatchObject([{ reason: 'password', purpose: 'confirm' }]);
  });

  it('goes back 90 days, page by page, and shows nobody else', async () => {
    await test.person('eve');
    const eve = await test.signedIn('eve');
    const ada = await test.signedIn('ada');
    for (let i = 0; i < 30; i++) {
      test.clock.pass(1000);
      await ada.postForm('/account', { display_name: `Ada ${i}` });
    }
    const first = await ada.get('/account/activity');
    expect(first.body.match(/The profile was changed/g)).toHaveLength(25);
    const second = await ada.get(linkIn(first, 'Older'));
    expect(second.body.match(/The profile was changed/g)).toHaveLength(5);
    expect(second.body).toContain('Signed in');
    expect(second.body).not.toContain('Older</a>');
    expect(eventsOf(await ada.get(linkIn(second, 'Newer')))).toEqual(eventsOf(first));
    expect(linkIn(second, 'Newest')).toBe('/account/activity');
    for (const query of [
      'page=2',
      'page=x',
      'before=x',
      'before=1.',
      'before=1.a&before=1.b',
      `before=${'9'.repeat(16)}.a`,
    ])
      expect(eventsOf(await ada.get(`/account/activity?${query}`))).toEqual(eventsOf(first));
    expect((await eve.get('/account/activity')).body).not.toContain('profile was changed');
    test.clock.pass(days(91));
    expect((await (await test.signedIn('ada')).get('/account/activity')).body).not.toContain(
      'profile was changed',
    );
  });

  it('can be gone through from end to end and back, also where many events are of one moment', async () => {
    const ada = await test.signedIn('ada');
    for (let i = 0; i < 60; i++) test.get(AuditLog).record(UPDATED(await idOf('ada'), i), NOWHERE);
    const there = [await ada.get('/account/activity')];
    while (there.at(-1)!.body.includes('Older</a>'))
      there.push(await ada.get(linkIn(there.at(-1)!, 'Older')));
    expect(there).toHaveLength(3);
    const back = [there.at(-1)!];
    while (back.at(-1)!.body.includes('Newer</a>')) back.push(await ada.get(linkIn(back.at(-1)!, 'Newer')));
    expect(back.map(eventsOf)).toEqual([...there].reverse().map(eventsOf));
    expect(there.flatMap(eventsOf)).toHaveLength(62);
  });

  it('costs the same on the last page as on the first, however many events there are', async () => {
    await addEvents(test, await idOf('ada'), A_DAY_OF_A_BOT);
    const ada = await test.signedIn('ada');
    const end = `before=${test.clock.now() - 1000 * (A_DAY_OF_A_BOT - 30)}.z`;
    const place = `(${test.clock.now() - 1000 * (A_DAY_OF_A_BOT - 30)}, 'z')`;
    expect(eventsOf(await ada.get(`/account/activity?${end}`))).toHaveLength(25);
    expect(eventsOf(await ada.get('/account/activity?page=9999'))).toHaveLength(25);
    const plan = await planOf(
      `SELECT * FROM audit_events WHERE user_id = '${await idOf('ada')}' AND (occurred_at, id) < ${place}
       ORDER BY occurred_at DESC, id DESC LIMIT 26`,
    );
    expect(plan).toContain('audit_events_by_user_and_time');
    expect(plan).not.toMatch(/sort|temp|bitmap/i);
  });

  it('answers while others go on being recorded', async () => {
    const ada = await test.signedIn('ada');
    const [id, log] = [await idOf('ada'), test.get(AuditLog)];
    const patience = AbortSignal.timeout(30_000);
    let over = false;
    const flood = (async () => {
      while (!over && !patience.aborted) {
        for (let i = 0; i < 5; i++) log.record(UPDATED(id, i), NOWHERE);
        await new Promise(resolve => setImmediate(resolve));
      }
      return over;
    })();
    expect((await ada.get('/account/activity')).status).toBe(200);
    over = true;
    expect(await flood).toBe(true);
  });

  it('waits a second for what was recorded before, and then for nothing more', async () => {
    const ada = await test.signedIn('ada');
    const [id, log, writer] = [await idOf('ada'), test.get(AuditLog), test.get(StreamWriter)];
    await log.settled();
    let release: () => void = () => undefined;
    const held = new Promise<void>(resolve => (release = resolve));
    const write = writer.write.bind(writer);
    writer.write = async rows => {
      await held;
      await write(rows);
    };
    const waits = new Promise<void>(resolve => {
      const after = test.clock.after.bind(test.clock);
      test.clock.after = (...given) => {
        resolve();
        return after(...given);
      };
    });
    log.record(UPDATED(id, 1), NOWHERE);
    const page = ada.get('/account/activity');
    await waits;
    test.clock.pass(seconds(1));
    await test.clock.begin();
    expect((await page).body).not.toContain('The profile was changed');
    release();
    expect((await ada.get('/account/activity')).body).toContain('The profile was changed');
  });

  it('prints what a client calls itself as text', async () => {
    const ada = test.visitor();
    const headers = { 'user-agent': '<script>alert(1)</script>{{person}} \u0007' };
    await ada.post('/login', { username: 'ada', password: PASSWORD }, headers).catch(() => undefined);
    await ada.post(
      '/login',
      { username: 'ada', password: PASSWORD },
      { 'user-agent': '<script>x</script>{{person}}' },
    );
    const { body } = await ada.get('/account/activity');
    expect(body).not.toContain('<script>x');
    expect(body).toContain('&lt;script&gt;x&lt;');
  });

  it('is swept after a year', async () => {
    await test.signedIn();
    await test.get(AuditLog).settled();
    expect(await test.sql('SELECT 1 FROM audit_events')).not.toHaveLength(0);
    test.clock.pass(days(366));
    await test.get(Sweeper).sweep();
    expect(await test.sql('SELECT 1 FROM audit_events')).toHaveLength(0);
  });

  it('never stops a sign-in when events cannot be written, and says so in the log', async () => {
    await test.sql('DROP TABLE audit_events');
    expect((await test.signedIn()).cookies.size).toBeGreaterThan(0);
    await test.app.close();
    expect(test.log.events('sys_audit_write_failed').length).toBeGreaterThan(0);
    expect(test.log.events('authn_login_success')).toHaveLength(1);
  });
});
