import type { EntityManager } from 'typeorm';
import type { Instant } from '../../kernel/clock.js';
import type { ChainPlace } from '../chain.js';

/** An event as it stands in the table, with its place. */
export interface SeenEvent {
  readonly id: string;
  readonly occurredAt: Instant;
  readonly event: string;
  readonly outcome: string;
  readonly userId: string | null;
  readonly session: string | null;
  readonly ip: string;
  readonly userAgent: string;
  readonly requestId: string;
  readonly facts: string;
  readonly stream: string;
  readonly seq: number;
  readonly mac: string | null;
  readonly salt: string | null;
  readonly personal: string | null;
  readonly erased: string | null;
}

/** Rows a statement: what is in memory at a time, however many there are. */
const BATCH = 1000;

/** The events of a stream in their order, some at a time. */
export async function* eventsOf(
  manager: EntityManager,
  stream: string,
): AsyncGenerator<readonly SeenEvent[]> {
  let after = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const events = await eventsAfter(manager, { stream, seq: after }, BATCH);
    if (events.length > 0) yield events;
    if (events.length < BATCH) return;
    after = events.at(-1)?.seq ?? after;
  }
}

/** At most so many events of a stream that stand behind a place in it. */
export async function eventsAfter(
  manager: EntityManager,
  { stream, seq }: ChainPlace,
  most: number,
): Promise<readonly SeenEvent[]> {
  const rows = await manager.query<readonly Row[]>(EVENTS, [stream, seq, most]);
  return rows.map(seen);
}

/** PostgreSQL gives 64-bit numbers as text. */
type Row = Omit<SeenEvent, 'seq' | 'occurredAt'> & {
  readonly seq: number | string;
  readonly occurredAt: number | string;
};

const seen = (row: Row): SeenEvent => ({
  ...row,
  seq: Number(row.seq),
  occurredAt: Number(row.occurredAt),
});

const EVENTS = `
  SELECT id, occurred_at AS "occurredAt", event, outcome, user_id AS "userId", session, ip, user_agent AS "userAgent",
    request_id AS "requestId", facts, stream, seq, mac, salt, personal, erased
  FROM audit_events WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT $3`;

/** The names of all streams that have events or a record, in their order, one at a time. */
export async function* streamsIn(manager: EntityManager): AsyncGenerator<string> {
  let [row] = await manager.query<readonly NextStream[]>(NEXT, ['', '']);
  while (row?.stream !== null && row !== undefined) {
    yield row.stream;
    [row] = await manager.query<readonly NextStream[]>(NEXT, [row.stream, row.stream]);
  }
}

interface NextStream {
  readonly stream: string | null;
}

const NEXT = `
  SELECT min(stream) AS stream FROM (
    SELECT min(stream) AS stream FROM audit_events WHERE stream > $1
    UNION ALL SELECT min(stream) FROM audit_streams WHERE stream > $2
  ) streams`;

/** What says where a stream begins. */
export interface SeenRecord {
  readonly begins: number;
  readonly macBefore: string;
  readonly keyId: string;
  readonly mac: string;
}

/** The record of a stream; null where there is none. */
export async function recordOf(manager: EntityManager, stream: string): Promise<SeenRecord | null> {
  const [row] = await manager.query<readonly RecordRow[]>(RECORD, [stream]);
  return row === undefined ? null : { ...row, begins: Number(row.begins) };
}

type RecordRow = Omit<SeenRecord, 'begins'> & { readonly begins: number | string };

const RECORD = `
  SELECT begins, mac_before AS "macBefore", key_id AS "keyId", mac FROM audit_streams WHERE stream = $1`;
