import { AuditLog } from '../src/audit/audit-log.js';
import { Checkpoints } from '../src/audit/checkpoints.js';
import { localOrigin } from '../src/audit/security-event.js';
import { seconds } from '../src/kernel/durations.js';
import { CHOSEN } from './support/stores.js';
import { TestApp } from './support/test-app.js';
import { streamsOf, verified, writeEvents, wrong } from './support/verified-trail.js';

const TABLES = ['audit_events', 'audit_streams'];
const onSqlite = CHOSEN.startsWith('sqlite');

/** Two nodes on one database, each with a stream of its own: A is of the first. Both have named the other's head. */
let one: TestApp;
let two: TestApp;
let a: string | undefined;
let b: string | undefined;
let checkpoint: string;

beforeAll(async () => {
  one = await TestApp.start();
  two = await TestApp.start({ DATA_DIR: one.config.dataDir });
  two.clock.pass(seconds(1));
  for (let turn = 0; turn < 3; turn++)
    await Promise.all([writeEvents(one, 'ada', 2), writeEvents(two, 'ben', 2)]);
  for (const node of [one, two, one]) {
    await node.get(Checkpoints).make();
    await writeEvents(node, null, 1);
  }
  [a, b] = await streamsOf(one);
  checkpoint = JSON.stringify(two.log.events('sys_audit_checkpoint').at(-1));
  for (const table of TABLES) await one.sql(`CREATE TABLE saved_${table} AS SELECT * FROM ${table}`);
});
afterEach(async () => {
  for (const table of TABLES) {
    await one.sql(`DELETE FROM ${table}`);
    await one.sql(`INSERT INTO ${table} SELECT * FROM saved_${table}`);
  }
});
afterAll(async () => {
  await two.close();
  await one.close();
});

const tamper = (statement: string) =>
  one.sql(statement.replaceAll(/\bA\b/g, `'${a}'`).replaceAll(/\bB\b/g, `'${b}'`));
const FOURTH = 'WHERE stream = A AND seq = 4';

describe('the trail of security events, as two nodes wrote it', () => {
  it('is good, and all of it stands in the chain', async () => {
    const trail = await verified(one, checkpoint);
    expect(trail).toMatchObject({ findings: [], streams: 2, nameless: 0, outside: 0 });
    const [rows] = await one.sql<{ n: number }>('SELECT count(*) AS n FROM audit_events');
    expect(trail.events).toBe(Number(rows?.n));
  });

  it('is numbered without a gap in each stream', async () => {
    const rows = await one.sql<{ rows: number; last: number }>(
      'SELECT count(*) AS rows, max(seq) AS last FROM audit_events GROUP BY stream',
    );
    expect(rows.map(({ rows, last }) => Number(rows) - Number(last))).toEqual([0, 0]);
  });
});

describe('a changed event is named, whatever was changed', () => {
  it.each([
    ['id', "'another'"],
    ['occurred_at', 'occurred_at - 1'],
    ['event', "'user_deleted'"],
    ['outcome', "'failure'"],
    ['facts', "'{}'"],
    ['mac', "'anything'"],
    ['mac', 'NULL'],
    ['personal', "'anything'"],
  ])('%s = %s', async (column, value) => {
    await tamper(`UPDATE audit_events SET ${column} = ${value} ${FOURTH}`);
    expect(await wrong(one)).toEqual([
      expect.stringMatching(
        new RegExp(`^Stream ${a}: event 4 \\(.+\\) was changed, or stands where another`),
      ),
    ]);
  });

  it.each([
    ['user_id', "'ben'"],
    ['user_id', 'NULL'],
    ['session', "'LkJiHgFeDcBa'"],
    ['ip', "'198.51.100.1'"],
    ['user_agent', "'Another client'"],
    ['request_id', "''"],
    ['salt', "'anything'"],
    ['erased', "'anything'"],
  ])('%s = %s, of what tells of a person', async (column, value) => {
    await tamper(`UPDATE audit_events SET ${column} = ${value} ${FOURTH}`);
    expect(await wrong(one)).toEqual([
      expect.stringMatching(
        new RegExp(`^Stream ${a}: event 4 \\(.+\\) was changed: whose it is, or where it`),
      ),
    ]);
  });

  it.each([
    ["user_id = 'closed:me', session = NULL, ip = '', user_agent = '', request_id = '', salt = NULL"],
    ["user_id = 'closed:me', ip = '', user_agent = '', salt = NULL, erased = mac"],
    ['salt = NULL'],
  ])('made nameless by somebody else: %s', async change => {
    await tamper(`UPDATE audit_events SET ${change} ${FOURTH}`);
    expect(await wrong(one)).toEqual([
      expect.stringMatching(
        new RegExp(`^Stream ${a}: event 4 \\(.+\\) was made nameless, and not by Gatehouse`),
      ),
    ]);
  });
});

describe('an event that is gone is named', () => {
  it.each([
    ['= 4', '4 was', 5],
    ['BETWEEN 3 AND 5', '3 to 5 were', 6],
    ['= 1', '1 was', 2],
  ])('seq %s', async (which, words, next) => {
    await tamper(`DELETE FROM audit_events WHERE stream = A AND seq ${which}`);
    expect(await wrong(one)).toEqual([
      expect.stringMatching(
        new RegExp(`^Stream ${a}: events? ${words} deleted: the next one is Stream ${a}: event ${next} `),
      ),
    ]);
  });

  it('where it was taken out of the chain, and is counted among those outside', async () => {
    await tamper(`UPDATE audit_events SET stream = NULL, seq = NULL ${FOURTH}`);
    expect(await wrong(one)).toEqual([expect.stringMatching(/: event 4 was deleted/)]);
    expect(await verified(one)).toMatchObject({ outside: 1 });
  });

  it('at the end of a stream, from what the other one names', async () => {
    const [last] = await one.sql<{ seq: number }>(
      'SELECT max(seq) AS seq FROM audit_events WHERE stream = $1',
      [b],
    );
    await tamper(`DELETE FROM audit_events WHERE stream = B AND seq >= ${Number(last?.seq) - 1}`);
    expect(await wrong(one)).toEqual([
      `Stream ${b} was cut off: it ends with event ${Number(last?.seq) - 2}, but event ${last?.seq} was there by ` +
        (await witness(a!)),
    ]);
  });

  it('with its whole stream and its record, from the same', async () => {
    await tamper('DELETE FROM audit_events WHERE stream = B');
    expect(await wrong(one)).toEqual([`Stream ${b}: all its events were deleted, and not by their age.`]);
    await tamper('DELETE FROM audit_streams WHERE stream = B');
    expect(await wrong(one)).toEqual([
      expect.stringMatching(new RegExp(`^Stream ${b} was cut off: nothing is left of it`)),
    ]);
  });

  it('with everything after a moment, of all streams, only from a checkpoint that was kept elsewhere', async () => {
    await tamper('DELETE FROM audit_events WHERE (stream = A AND seq > 3) OR (stream = B AND seq > 3)');
    expect(await wrong(one)).toEqual([]);
    const words = await wrong(one, checkpoint);
    expect(words).toHaveLength(2);
    expect(words[0]).toMatch(
      / was cut off: it ends with event 3, but event \d+ was there by the checkpoint that was given\.$/,
    );
    await tamper('DELETE FROM audit_events');
    await tamper('DELETE FROM audit_streams');
    expect(await wrong(one)).toEqual([]);
    expect(await wrong(one, checkpoint)).toHaveLength(2);
  });
});

describe('an event that was added is named', () => {
  const COPY =
    'id, occurred_at, event, outcome, user_id, session, ip, user_agent, request_id, facts, stream, seq, mac, salt, personal';
  const add = (stream: string, seq: string) =>
    tamper(
      `INSERT INTO audit_events (${COPY}) SELECT 'added', ${COPY.replace('id, ', '').replace('stream, seq', `${stream}, ${seq}`)} FROM audit_events ${FOURTH}`,
    );

  it('at the end', async () => {
    await add('stream', '(SELECT max(seq) + 1 FROM audit_events WHERE stream = A)');
    expect(await wrong(one)).toEqual([
      expect.stringMatching(/: event \d+ \(.+, id added\) was changed, or stands/),
    ]);
  });

  it('at the beginning', async () => {
    await add('stream', '0');
    expect(await wrong(one)).toEqual([
      expect.stringMatching(/: event 0 \(.+, id added\) was added: its stream begins/),
    ]);
  });

  it('in between, with those behind it moved on', async () => {
    await tamper('UPDATE audit_events SET seq = seq + 1000 WHERE stream = A AND seq > 4');
    await tamper('UPDATE audit_events SET seq = seq - 999 WHERE stream = A AND seq > 1000');
    await add('stream', '5');
    expect(await wrong(one)).toEqual([
      expect.stringMatching(/: event 5 \(.+, id added\) was changed, or stands/),
    ]);
  });

  it('in a stream of its own', async () => {
    await add("'another'", '1');
    expect(await wrong(one)).toEqual([
      expect.stringMatching(/^Stream another: event 1 \(.+\) was added, or the record/),
    ]);
  });

  it.each([
    ['no number', 'A', 'NULL'],
    ['a number that cannot be counted from', 'A', '-9007199254740991'],
    ['the least number', 'A', '-9223372036854775808'],
    ['the greatest number', 'A', '9223372036854775807'],
    ['a stream without a name', "''", '1'],
    ['a stream of a name that cannot be', "'two words'", '1'],
    ...(onSqlite
      ? [
          ['a word for a number', 'A', "'four'"],
          ['bytes for a number', 'A', "CAST('5' AS BLOB)"],
          ['less than every number', 'A', '-9e999'],
          ['bytes for a stream', "CAST('bytes' AS BLOB)", '1'],
          ['no bytes for a stream', "x''", '1'],
          ['a stream that is no text', "CAST(x'ff' AS TEXT)", '1'],
          ['a stream that ends before its end', "CAST(x'4100ff' AS TEXT)", '1'],
        ]
      : []),
  ])('at no place that Gatehouse gives: %s', async (_what, stream = '', seq = '') => {
    await add(stream, seq);
    expect(await wrong(one)).toEqual([
      expect.stringMatching(
        /: an event \(.+, id added\) was added: Gatehouse gives no event such a place\.$/,
      ),
    ]);
  });

  it('at a place between two, which SQLite takes', async () => {
    await add('A', onSqlite ? '4.5' : '0');
    expect(await wrong(one)).toEqual([expect.stringMatching(/: event [04.5]+ \(.+, id added\) was added/)]);
  });

  it('with what a terminal takes for a line of its own, and a time that is none', async () => {
    await add('A', 'NULL');
    const id = 'x' + String.fromCharCode(10) + '9 events in 1 stream are as written.';
    await one.sql("UPDATE audit_events SET id = $1, occurred_at = 9000000000000000 WHERE id = 'added'", [id]);
    expect(await wrong(one)).toEqual([
      expect.stringMatching(/^[^\n]+\(user_updated, at no time, id x\uFFFD9 events[^\n]+ was added: [^\n]+$/),
    ]);
  });

  it('as many as they are, in one line', async () => {
    await add('A', 'NULL');
    await one.sql("UPDATE audit_events SET id = 'added too' WHERE id = 'added'");
    await add("''", '1');
    expect(await wrong(one)).toEqual([
      expect.stringMatching(/, id added\) and 1 more of this kind were added: /),
    ]);
  });

  it('outside the chain: it is counted, for nothing is proved of it', async () => {
    await add('NULL', 'NULL');
    expect(await verified(one)).toMatchObject({ findings: [], outside: 1 });
  });
});

describe('events that were added at a place that is taken, where somebody has removed the index', () => {
  it('are missed, wherever they stand', async () => {
    const alone = await TestApp.start();
    const origin = localOrigin('test');
    const said = { event: 'user_updated', outcome: 'success', userId: null, session: null } as const;
    for (let turn = 0; turn < 1010; turn++) alone.get(AuditLog).record(said, origin);
    await alone.get(AuditLog).settled();
    await alone.sql('DROP INDEX audit_events_in_stream');
    // The last of a thousand, which are read at a time.
    await alone.sql(
      `INSERT INTO audit_events (id, occurred_at, event, outcome, user_id, session, ip, user_agent, request_id, facts, stream, seq)
       SELECT 'zz', occurred_at, event, outcome, user_id, session, ip, user_agent, request_id, facts, stream, seq
       FROM audit_events WHERE seq = 1000`,
    );
    expect(await wrong(alone)).toEqual(['1 event was added: another one stands at the same place.']);
    await alone.close();
  });
});

describe('events in another order are named', () => {
  const swap = async (first: string, second: string) => {
    await tamper(`UPDATE audit_events SET stream = 'aside', seq = 1 WHERE ${first}`);
    const [from = '', to = ''] = [first, second].map(which => which.replace(' AND', ','));
    await tamper(`UPDATE audit_events SET ${from} WHERE ${second}`);
    await tamper(`UPDATE audit_events SET ${to} WHERE stream = 'aside'`);
  };

  it('within a stream', async () => {
    await swap('stream = A AND seq = 4', 'stream = A AND seq = 5');
    expect(await wrong(one)).toEqual([
      expect.stringMatching(new RegExp(`^Stream ${a}: event 4 .+ was changed, or stands`)),
    ]);
  });

  it('between two streams, in both', async () => {
    await swap('stream = A AND seq = 4', 'stream = B AND seq = 4');
    const both = [a!, b!]
      .sort()
      .map(stream => expect.stringMatching(new RegExp(`^Stream ${stream}: event 4 .+ was changed, or`)));
    // Which of two names comes first is the database's to say, by the letters of its country.
    expect((await wrong(one)).sort()).toEqual(both);
  });
});

describe('what says where a stream begins', () => {
  it.each(['begins = 4', "mac_before = 'x'", "mac = 'x'"])('is proved: %s', async change => {
    await tamper(`UPDATE audit_streams SET ${change} WHERE stream = A`);
    await tamper('DELETE FROM audit_events WHERE stream = A AND seq < 4');
    expect(await wrong(one)).toEqual([
      `Stream ${a}: what audit_streams says of where it begins was changed.`,
    ]);
  });

  it('is under a key that is there: without it a stream cannot be verified, which is no better', async () => {
    await tamper("UPDATE audit_streams SET key_id = 'another' WHERE stream = A");
    expect(await wrong(one)).toEqual([`Stream ${a} cannot be verified: its data key another is not there.`]);
  });

  it('is no other stream’s', async () => {
    await tamper("UPDATE audit_streams SET stream = 'aside' WHERE stream = A");
    await tamper('UPDATE audit_streams SET stream = A WHERE stream = B');
    await tamper("UPDATE audit_streams SET stream = B WHERE stream = 'aside'");
    expect(await wrong(one)).toHaveLength(2);
  });

  it('is of a stream that has a name', async () => {
    await tamper(
      "INSERT INTO audit_streams SELECT '', begun_at, live_until, oldest_at, begins, mac_before, key_id, mac FROM audit_streams WHERE stream = A",
    );
    expect(await wrong(one)).toEqual(['Stream : what audit_streams says of where it begins was changed.']);
  });

  it('is missed', async () => {
    await tamper('DELETE FROM audit_streams WHERE stream = A');
    expect(await wrong(one)).toEqual([
      expect.stringMatching(new RegExp(`^Stream ${a}: event 1 .+ or the record of its stream`)),
    ]);
  });
});

/** The last event of a stream that names others, in words. */
async function witness(stream: string): Promise<string> {
  const [row] = await one.sql<{ id: string; seq: number }>(
    "SELECT id, seq FROM audit_events WHERE stream = $1 AND event = 'sys_audit_checkpoint' ORDER BY seq DESC LIMIT 1",
    [stream],
  );
  return `event ${row?.seq} of stream ${stream} (sys_audit_checkpoint, id ${row?.id}).`;
}
