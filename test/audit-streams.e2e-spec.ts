import { NODE_NAME } from '../src/kernel/node-name.js';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditKeys } from '../src/audit/audit-keys.js';
import { AuditLog } from '../src/audit/audit-log.js';
import { Checkpoints } from '../src/audit/checkpoints.js';
import { headsIn } from '../src/audit/heads.js';
import { findingInWords } from '../src/cli/findings-in-words.js';
import { readEnvironment } from '../src/config/read-environment.js';
import { DataKeys } from '../src/crypto/data-keys.js';
import { digestOf } from '../src/crypto/secret-token.js';
import { Sweeper } from '../src/database/sweeper.js';
import { days, minutes, seconds } from '../src/kernel/durations.js';
import { addEvents, erased } from './support/many-events.js';
import { TestApp } from './support/test-app.js';
import { streamsOf, verified, verifiedWith, writeEvents, wrong } from './support/verified-trail.js';

let folder: string;
let one: TestApp;
let others: TestApp[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-audit-'));
  one = await TestApp.start({ DATA_DIR: folder });
  others = [];
});
afterEach(async () => {
  for (const node of others) await node.close();
  await one.close();
  rmSync(folder, { recursive: true, force: true });
});

const another = async () => {
  const node = await TestApp.start({ DATA_DIR: folder });
  node.clock.pass(seconds(others.push(node)));
  return node;
};
const rowsOf = (stream: string | undefined) =>
  one.sql<{ event: string; facts: string; seq: number; mac: string }>(
    'SELECT event, facts, seq, mac FROM audit_events WHERE stream = $1 ORDER BY seq',
    [stream],
  );
/** Lines of the log. What nodes of one process say is heard by the one that started last. */
const said = (event: string) => [one, ...others].flatMap(node => node.log.events(event));
const GOOD = { findings: [], outside: 0 };

describe('a process', () => {
  it('writes a stream of its own, however many there are', async () => {
    const nodes = [one, await another(), await another()];
    await Promise.all(nodes.map(node => writeEvents(node, 'ada', 10)));
    expect(await verified(one)).toMatchObject({ ...GOOD, streams: 3, events: 33 });
  });

  it('begins it with how far all others are', async () => {
    await writeEvents(one, 'ada', 3);
    await writeEvents(await another(), 'ada', 1);
    const [first, second] = await streamsOf(one);
    const [naming] = await rowsOf(second);
    const { seq, mac } = (await rowsOf(first)).at(-1)!;
    expect([naming?.event, JSON.parse(naming?.facts ?? '')]).toEqual([
      'sys_audit_stream',
      { node: NODE_NAME, heads: `${first}:${seq}:${mac}` },
    ]);
  });

  it('has none while it writes nothing', async () => {
    await one.visitor().get('/login');
    await one.get(Checkpoints).make();
    expect(await streamsOf(one)).toEqual([]);
  });

  it('begins another one where it does not know whether a write was kept', async () => {
    await writeEvents(one, 'ada', 2);
    await one.sql('ALTER TABLE audit_events RENAME TO away');
    await writeEvents(one, 'ada', 1);
    await one.sql('ALTER TABLE away RENAME TO audit_events');
    await writeEvents(one, 'ada', 2);
    expect(one.log.events('sys_audit_write_failed')).toHaveLength(1);
    expect(await verified(one)).toMatchObject({ ...GOOD, streams: 2, events: 6 });
  });

  it('begins another one where another data key seals, so that a stream needs one key', async () => {
    await writeEvents(one, 'ada', 1);
    const file = join(folder, 'data-key');
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, `new12345:${digestOf('another key')}\n${before}`);
    one.get(DataKeys).reload();
    await writeEvents(one, 'ada', 1);
    expect(await verified(one)).toMatchObject({ ...GOOD, streams: 2, events: 4 });
    const keys = await one.sql<{ key_id: string }>('SELECT DISTINCT key_id FROM audit_streams');
    expect(keys).toHaveLength(2);
  });

  it('keeps texts as every database has them, so that what is read is what was written', async () => {
    const origin = { ip: '', userAgent: 'a\0b\ud800c', requestId: '', atThisMachine: false };
    const about = { event: 'user_updated', outcome: 'success', session: null } as const;
    one.get(AuditLog).record({ ...about, userId: 'a\0', facts: { what: '\0\ud800"\n' } }, origin);
    expect(await verified(one)).toMatchObject({ ...GOOD, events: 2 });
  });
});

describe('a checkpoint', () => {
  const made = () => said('sys_audit_checkpoint');

  it('says in a row and in a line of the log how far all streams are', async () => {
    const two = await another();
    await Promise.all([writeEvents(one, 'ada', 2), writeEvents(two, 'ada', 2)]);
    await one.get(Checkpoints).make();
    const [own, other] = await streamsOf(one);
    const [last, of] = [(await rowsOf(own)).at(-1)!, (await rowsOf(other)).at(-1)!];
    expect(last.event).toBe('sys_audit_checkpoint');
    expect(headsIn(last.facts)).toEqual([{ stream: other, seq: Number(of.seq), mac: of.mac }]);
    expect(made()).toEqual([
      {
        event: 'sys_audit_checkpoint',
        checkpoint: `${own}:${last.seq}:${last.mac}`,
        others: `${other}:${of.seq}:${of.mac}`,
      },
    ]);
  });

  it('is made where something was written since the last, and when the process stops', async () => {
    await writeEvents(one, 'ada', 1);
    await one.get(Checkpoints).make();
    await one.get(Checkpoints).make();
    expect(made()).toHaveLength(1);
    await writeEvents(one, 'ada', 1);
    await one.get(AuditLog).onApplicationShutdown();
    expect(made()).toHaveLength(2);
    expect(await verified(one)).toMatchObject({ ...GOOD, events: 5 });
  });

  it('names the end of a process that stopped, or died, once', async () => {
    const [stopped, died] = [await another(), await another()];
    await Promise.all([writeEvents(stopped, 'ada', 1), writeEvents(died, 'ada', 1)]);
    await stopped.get(AuditLog).onApplicationShutdown();
    one.clock.pass(minutes(20));
    const named: number[] = [];
    for (let turn = 0; turn < 2; turn++) {
      await writeEvents(one, 'ada', 1);
      await one.get(Checkpoints).make();
      named.push(headsIn(String(made().at(-1)?.['others'])).length);
    }
    const [first] = (await rowsOf((await streamsOf(one)).at(-1))).map(({ facts }) => headsIn(facts).length);
    expect([first, ...named]).toEqual([2, 0, 0]);
  });

  it('names what a process wrote that was silent for long, also where it died before it made one', async () => {
    const silent = await another();
    await writeEvents(silent, 'ada', 1);
    for (const node of [one, silent]) node.clock.pass(minutes(20));
    await writeEvents(one, 'ada', 1);
    await writeEvents(silent, 'ada', 2);
    one.clock.pass(minutes(5));
    await writeEvents(one, 'ada', 1);
    await one.get(Checkpoints).make();
    const [stream] = await streamsOf(one);
    await one.sql('DELETE FROM audit_events WHERE stream = $1 AND seq = 4', [stream]);
    expect(await wrong(one)).toEqual([
      expect.stringContaining(`Stream ${stream} was cut off: it ends with event 3`),
    ]);
  });

  it('that fails costs nothing but itself', async () => {
    await writeEvents(one, 'ada', 1);
    await one.sql('ALTER TABLE audit_streams RENAME TO away');
    await one.get(Checkpoints).make();
    await one.sql('ALTER TABLE away RENAME TO audit_streams');
    expect(one.log.events('sys_audit_checkpoint_failed')).toHaveLength(1);
    await writeEvents(one, 'ada', 1);
    expect(await verified(one)).toMatchObject(GOOD);
  });
});

describe('what Gatehouse itself takes away leaves the chain whole', () => {
  it('people who are gone, and says how many events lost them', async () => {
    await one.person('root', 'admin');
    const ada = await one.person('ada');
    const visitor = await one.signedIn('ada');
    await writeEvents(await another(), ada, 3);
    await visitor.postForm('/account/close', { username: 'ada' });
    await erased(one);
    const trail = await verified(one);
    expect(trail).toMatchObject(GOOD);
    expect(trail.nameless).toBeGreaterThan(6);
    // Each look tells of its own: it may come again for what was on its way meanwhile.
    const told = said('sys_audit_erased') as { events?: number; pseudonym?: string }[];
    expect(told.reduce((sum, { events = 0 }) => sum + events, 0)).toBe(trail.nameless);
    for (const { pseudonym } of told) expect(pseudonym).toMatch(/^closed:/);
    const left =
      "SELECT 1 FROM audit_events WHERE user_id LIKE 'closed:%' AND (session IS NOT NULL OR request_id <> '')";
    expect(await one.sql(left)).toEqual([]);
  });

  it('people whom a node of the version before took out, who knows no seal', async () => {
    const ada = await one.person('ada');
    const statement =
      'INSERT INTO erasures (user_id, pseudonym, promised_at, due_at) VALUES ($1, $2, $3, $3)';
    await one.get(AuditLog).settled();
    await one.sql(statement, [ada, 'closed:ada', one.clock.now()]);
    await one.sql(
      "UPDATE audit_events SET user_id = 'closed:ada', ip = '', user_agent = '' WHERE user_id = $1",
      [ada],
    );
    expect(await wrong(one)).toHaveLength(1);
    await erased(one);
    expect(await verified(one)).toMatchObject({ ...GOOD, nameless: 1 });
  });

  it('events by age, from the front of each stream', async () => {
    const two = await another();
    await Promise.all([writeEvents(one, 'ada', 4), writeEvents(two, 'ada', 4)]);
    two.clock.pass(days(200));
    await two.get(Checkpoints).make();
    await writeEvents(two, 'ada', 2);
    two.clock.pass(days(166));
    await two.get(Sweeper).sweep();
    expect(
      (await Promise.all((await streamsOf(one)).map(rowsOf))).map(rows => rows.map(({ seq }) => seq)),
    ).toEqual([[], [6, 7, 8]]);
    expect(await verified(one)).toMatchObject({ ...GOOD, streams: 2, events: 3 });
    await Promise.all([writeEvents(one, 'ada', 1), writeEvents(two, 'ada', 1)]);
    expect(await verified(one)).toMatchObject({ ...GOOD, streams: 2, events: 5 });
  });

  it('by age, batch by batch, and none of what others deleted', async () => {
    for (let turn = 0; turn < 620; turn++)
      one
        .get(AuditLog)
        .record({ event: 'user_updated', outcome: 'success', userId: null, session: null }, NOWHERE);
    await one.get(AuditLog).settled();
    one.clock.pass(days(366));
    await writeEvents(one, 'ada', 2);
    await one.get(Sweeper).sweep();
    const [stream] = await streamsOf(one);
    expect((await rowsOf(stream)).map(({ seq }) => Number(seq))).toEqual([622, 623]);
    expect(await verified(one)).toMatchObject({ ...GOOD, events: 2 });
    await one.sql('DELETE FROM audit_events WHERE seq = 622');
    expect(await wrong(one)).toEqual([expect.stringMatching(/event 622 was deleted/)]);
  });

  it.each([
    [
      'the time of its events',
      'UPDATE audit_events SET occurred_at = 0 WHERE seq < 4',
      /: event 1 .+ was changed/,
    ],
    ['where it begins', 'UPDATE audit_streams SET begins = 4', /of where it begins was changed\.$/],
    ['an event', 'DELETE FROM audit_events WHERE seq = 2', /: event 2 was deleted/],
  ])(
    'nothing of a stream in which somebody changed %s: the sweep proves no lie',
    async (_, statement, words) => {
      await writeEvents(one, 'ada', 5);
      await one.sql(statement);
      await one.sql('UPDATE audit_streams SET oldest_at = 0');
      const before = (await one.sql('SELECT 1 FROM audit_events')).length;
      await one.get(Sweeper).sweep();
      expect(said('sys_audit_tampered')).toHaveLength(1);
      expect(await wrong(one)).toEqual([expect.stringMatching(words)]);
      expect(await one.sql('SELECT 1 FROM audit_events')).toHaveLength(before);
      await one.get(Sweeper).sweep();
      expect(said('sys_audit_tampered')).toHaveLength(1);
    },
  );

  it('the record of a stream, when nothing names it any more', async () => {
    await writeEvents(one, 'ada', 1);
    await one.get(AuditLog).onApplicationShutdown();
    const two = await another();
    for (const [passed, left] of [
      [366, 1],
      [364, 1],
      [2, 0],
    ] as const) {
      two.clock.pass(days(passed));
      await two.get(Sweeper).sweep();
      expect(await streamsOf(two)).toHaveLength(left);
    }
  });

  it('events that a clock wrote which was ahead, and none that came after it was put right', async () => {
    one.clock.pass(days(4000));
    await writeEvents(one, 'ada', 1);
    one.clock.pass(-days(4000));
    await writeEvents(one, 'ada', 1);
    await one.get(Sweeper).sweep();
    expect(await verified(one)).toMatchObject({ ...GOOD, events: 3 });
    one.clock.pass(days(366));
    await writeEvents(one, 'ada', 1);
    await one.get(Sweeper).sweep();
    expect(await verified(one)).toMatchObject({ ...GOOD, events: 1 });
  });
});

describe('events outside the chain', () => {
  it('are those of the version before: counted, made nameless and swept as ever', async () => {
    await writeEvents(one, 'ada', 1);
    await addEvents(one, 'ada', 700);
    expect(await verified(one)).toMatchObject({ findings: [], events: 2, outside: 700 });
    one.clock.pass(days(366));
    await one.get(Sweeper).sweep();
    expect(await one.sql('SELECT 1 FROM audit_events')).toEqual([]);
  });
});

describe('a trail that is looked at with other keys', () => {
  it.each([
    [
      'of the same name',
      (id: string) => id,
      /^Stream .+: what audit_streams says of where it begins was changed\.$/,
    ],
    ['of another name', () => 'another1', /^Stream .+ cannot be verified: its data key \w+ is not there\.$/],
  ])('%s is not good', async (_, nameOf, words) => {
    await writeEvents(one, 'ada', 1);
    const [row] = await one.sql<{ key_id: string }>('SELECT key_id FROM audit_streams');
    const file = join(folder, 'another-key');
    writeFileSync(file, `${nameOf(row!.key_id)}:${digestOf('a key from elsewhere')}\n`, { mode: 0o600 });
    const config = readEnvironment({ DATA_DIR: folder, DATA_KEY_FILE: file });
    const { findings } = await verifiedWith(one, new AuditKeys(new DataKeys(config)));
    expect(findings.map(findingInWords)).toEqual([expect.stringMatching(words)]);
  });
});

const NOWHERE = { ip: '', userAgent: '', requestId: '', atThisMachine: true };
