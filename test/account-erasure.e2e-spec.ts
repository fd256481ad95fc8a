import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditLog } from '../src/audit/audit-log.js';
import { days, minutes } from '../src/kernel/durations.js';
import { A_DAY_OF_A_BOT, addEvents, erased, tracesOf } from './support/many-events.js';
import { PASSWORD, TestApp } from './support/test-app.js';

const ORIGIN = { ip: '198.51.100.9', userAgent: 'A late client', requestId: '', atThisMachine: false };
const NOTHING = { named: 0, told: 0 };

let test: TestApp;
let ada: string;
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-erasure-'));
beforeEach(async () => {
  test = await TestApp.start({ DATA_DIR: mkdtempSync(join(folder, 'data-')) });
  await test.person('root', 'admin');
  ada = await test.person('ada', 'user', 'ada@example.org');
});
afterEach(() => test.close());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const closeAda = async () => {
  const answer = await (await test.signedIn('ada')).postForm('/account/close', { username: 'ada' });
  expect([answer.status, answer.location]).toEqual([303, '/login?done=closed']);
};

/** Another process on the same data. Both run, or the first has died. */
const anotherNode = () => TestApp.start({ DATA_DIR: test.config.dataDir });

/** What a node writes that had read the person before they went. */
const arrivesLate = async (node: TestApp) => {
  const event = { event: 'authn_login_fail', outcome: 'failure', userId: ada, session: null } as const;
  node.get(AuditLog).record(event, ORIGIN);
  await node.get(AuditLog).settled();
};

describe('closing an account that has caused very many events', () => {
  it('is answered before they are rewritten; others get on with their work meanwhile', async () => {
    await addEvents(test, ada, A_DAY_OF_A_BOT);
    const root = await test.signedIn('root');
    await closeAda();
    expect((await tracesOf(test, ada)).named).toBeGreaterThan(A_DAY_OF_A_BOT);
    const rewriting = test.clock.begin();
    expect((await root.postForm('/account', { display_name: 'Root' })).status).toBe(303);
    expect((await tracesOf(test, ada)).named).toBeGreaterThan(0);
    await rewriting;
    await erased(test);
    expect(await tracesOf(test, ada)).toEqual(NOTHING);
    const names = await test.sql<{ user_id: string; number: number }>(
      "SELECT user_id, count(*) AS number FROM audit_events WHERE user_id LIKE 'closed:%' GROUP BY user_id",
    );
    expect(names).toHaveLength(1);
    expect(names[0]!.number).toBeGreaterThan(A_DAY_OF_A_BOT);
  });

  it('rewrites nobody else’s', async () => {
    const eve = await test.person('eve');
    await addEvents(test, eve, 600);
    await addEvents(test, ada, 600);
    await closeAda();
    await erased(test);
    expect(await tracesOf(test, ada)).toEqual(NOTHING);
    const kept =
      "SELECT 1 FROM audit_events WHERE user_id = $1 AND ip = '192.0.2.7' AND user_agent LIKE 'A bot, %'";
    expect(await test.sql(kept, [eve])).toHaveLength(600);
  });

  it('is the same promise where the node stops in the middle: the next one goes on at once', async () => {
    await addEvents(test, ada, 20_000);
    await closeAda();
    const rewriting = test.clock.begin();
    await test.app.close();
    await rewriting;
    const next = await anotherNode();
    expect((await tracesOf(next, ada)).named).toBeGreaterThan(0);
    await erased(next);
    expect(await tracesOf(next, ada)).toEqual(NOTHING);
    await next.close();
  });

  it('is done by another node a minute after the one that was at it has died', async () => {
    await addEvents(test, ada, 2000);
    await closeAda();
    await erased(test);
    // As it stands where a process was killed between two batches.
    await test.sql('UPDATE audit_events SET user_id = $1 WHERE event = $2', [ada, 'user_updated']);
    await test.sql('UPDATE erasures SET due_at = $1', [test.clock.now() + minutes(1)]);
    const next = await anotherNode();
    next.clock.pass(minutes(1) - 1);
    await erased(next);
    expect((await tracesOf(next, ada)).named).toBe(2000);
    next.clock.pass(1);
    await erased(next);
    expect(await tracesOf(next, ada)).toEqual(NOTHING);
    await next.close();
  });

  it('is told in whole where a node dies between two batches: the next one says how many events there were', async () => {
    const dying = await TestApp.start({}, [], { stores: 'sqlite' });
    await addEvents(dying, 'eve', 1200);
    await dying.sql(
      "INSERT INTO erasures (user_id, pseudonym, promised_at, due_at) VALUES ('eve', 'closed:eve', $1, $1)",
      [dying.clock.now()],
    );
    // The oldest come first: the second batch comes to this one.
    await dying.sql(`
      CREATE TRIGGER dies BEFORE UPDATE ON audit_events WHEN OLD.id = 'many-eve-500'
      BEGIN SELECT RAISE(ABORT, 'the machine is gone'); END`);
    await erased(dying);
    expect(await tracesOf(dying, 'eve')).toMatchObject({ named: 700 });
    await dying.app.close();
    const next = await TestApp.start({ DATA_DIR: dying.config.dataDir }, [], { stores: 'sqlite' });
    await next.sql('DROP TRIGGER dies');
    next.clock.pass(minutes(1));
    await erased(next);
    expect(await tracesOf(next, 'eve')).toMatchObject({ named: 0 });
    const told = await next.sql<{ sum: number }>(
      "SELECT sum(json_extract(facts, '$.events')) AS sum FROM audit_events WHERE event = 'sys_audit_erased'",
    );
    expect(told).toEqual([{ sum: 1200 }]);
    // What is told is not told again.
    next.clock.pass(days(1));
    await erased(next);
    next.clock.pass(days(1));
    await erased(next);
    expect(next.log.events('sys_audit_erased')).toHaveLength(1);
    expect(await next.sql('SELECT 1 FROM erasures')).toEqual([]);
    await next.close();
    await dying.close();
  });

  it('is shared by nodes that work at once', async () => {
    await addEvents(test, ada, 3000);
    await test.sql('DELETE FROM users WHERE id = $1', [ada]);
    const others = [await anotherNode(), await anotherNode()];
    const now = test.clock.now();
    for (const id of [ada, 'somebody', 'else'])
      await test.sql(
        'INSERT INTO erasures (user_id, pseudonym, promised_at, due_at) VALUES ($1, $2, $3, $3)',
        [id, `closed:${id}`, now],
      );
    await Promise.all([test, ...others].map(erased));
    expect(await tracesOf(test, ada)).toMatchObject({ named: 0 });
    const due = await test.sql('SELECT 1 FROM erasures WHERE due_at <= $1', [now]);
    expect(due).toEqual([]);
    for (const other of others) await other.close();
  });
});

describe('an event that is written after its person went', () => {
  it('is made nameless as well, also where another node wrote it', async () => {
    await closeAda();
    await erased(test);
    const node = await anotherNode();
    await arrivesLate(node);
    await arrivesLate(test);
    await erased(node);
    await erased(test);
    expect(await tracesOf(test, ada)).toEqual(NOTHING);
    const late = await test.sql<{ user_id: string; ip: string }>(
      "SELECT user_id, ip, user_agent FROM audit_events WHERE event = 'authn_login_fail'",
    );
    expect(late).toHaveLength(2);
    for (const row of late) expect(row).toMatchObject({ ip: '', user_agent: '' });
    expect(late[0]!.user_id).toMatch(/^closed:/);
    await node.close();
  });

  it('is not the next person’s of that name, whose events stay as they are', async () => {
    await closeAda();
    const second = await test.person('ada', 'user', 'ada@example.org');
    await test.visitor().signIn('ada', 'not her password');
    await arrivesLate(test);
    await test.signedIn('ada');
    await erased(test);
    test.clock.pass(days(1));
    await erased(test);
    expect(await tracesOf(test, ada)).toEqual(NOTHING);
    const hers = await test.sql<{ event: string; ip: string }>(
      'SELECT event, ip FROM audit_events WHERE user_id = $1',
      [second],
    );
    expect(hers.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['authn_login_fail', 'authn_login_success', 'session_created']),
    );
    const overTheWeb = hers.filter(({ event }) => event.startsWith('authn_'));
    expect(overTheWeb.every(({ ip }) => ip === '127.0.0.1')).toBe(true);
  });

  it('is found within the day also where nobody told of it; then the promise is over', async () => {
    await closeAda();
    await erased(test);
    await addEvents(test, ada, 3);
    test.clock.pass(minutes(1));
    await erased(test);
    expect(await tracesOf(test, ada)).toEqual(NOTHING);
    expect(await test.sql('SELECT 1 FROM erasures')).toHaveLength(1);
    test.clock.pass(days(1));
    await erased(test);
    expect(await test.sql('SELECT 1 FROM erasures')).toEqual([]);
  });
});

describe('the promise', () => {
  it('is kept only together with the deletion', async () => {
    await test.sql('ALTER TABLE erasures RENAME TO erasures_away');
    const visitor = await test.signedIn('ada');
    expect((await visitor.postForm('/account/close', { username: 'ada' })).status).toBeGreaterThanOrEqual(
      500,
    );
    await test.sql('ALTER TABLE erasures_away RENAME TO erasures');
    expect(await test.sql('SELECT 1 FROM users WHERE id = $1', [ada])).toHaveLength(1);
    expect((await test.visitor().signIn('ada', PASSWORD)).status).toBe(303);
  });

  it('is kept by itself, right after it was made', async () => {
    await addEvents(test, ada, 10);
    await closeAda();
    await test.get(AuditLog).settled();
    await test.clock.begin();
    expect(await tracesOf(test, ada)).toEqual(NOTHING);
  });

  it('survives a table that cannot be written, and stops no request', async () => {
    await addEvents(test, ada, 10);
    await closeAda();
    await erased(test);
    await test.sql('UPDATE audit_events SET user_id = $1 WHERE event = $2', [ada, 'user_updated']);
    await test.sql('ALTER TABLE audit_events RENAME TO events_away');
    test.clock.pass(minutes(1));
    await erased(test);
    expect(test.log.events('sys_erasure_failed').length).toBeGreaterThan(0);
    expect((await test.visitor().signIn('root', PASSWORD)).status).toBe(303);
    await test.sql('ALTER TABLE events_away RENAME TO audit_events');
    test.clock.pass(minutes(1));
    await erased(test);
    expect(await tracesOf(test, ada)).toEqual(NOTHING);
  });
});
