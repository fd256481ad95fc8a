import type { EntityManager } from 'typeorm';
import { isPostgres } from '../../database/locks.js';
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
  let after: number = BEFORE_ALL;
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

const COLUMNS = `
  id, occurred_at AS "occurredAt", event, outcome, user_id AS "userId", session, ip, user_agent AS "userAgent",
    request_id AS "requestId", facts, stream, seq, mac, salt, personal, erased`;

/**
 * Where a walk begins, and whether a number is one it comes to. A text in a column of numbers, which SQLite allows, is
 * greater than all of them; beyond what JavaScript counts exactly, the next one would not be told from this one.
 */
const BEFORE_ALL = Number.MIN_SAFE_INTEGER;
const COUNTED = `(seq > ${BEFORE_ALL} AND seq <= ${Number.MAX_SAFE_INTEGER})`;

const EVENTS = `
  SELECT ${COLUMNS} FROM audit_events WHERE stream = $1 AND seq > $2 AND ${COUNTED} ORDER BY seq LIMIT $3`;

/**
 * Whether a stream has a name that Gatehouse could have given it, for only such are asked for by name: on SQLite a column
 * holds anything, also what comes back as another text than it is.
 */
const named = (manager: EntityManager): string =>
  isPostgres(manager)
    ? "(stream ~ '^[A-Za-z0-9_-]+$')"
    : "(typeof(stream) = 'text' AND stream <> '' AND stream NOT GLOB '*[^A-Za-z0-9_-]*' AND length(stream) = length(CAST(stream AS BLOB)))";

/** The names of all streams that have events or a record, in their order, one at a time. */
export async function* streamsIn(manager: EntityManager): AsyncGenerator<string> {
  const next = nextStream(named(manager));
  let [row] = await manager.query<readonly NextStream[]>(next, ['', '']);
  while (row?.stream !== null && row !== undefined) {
    yield row.stream;
    [row] = await manager.query<readonly NextStream[]>(next, [row.stream, row.stream]);
  }
}

interface NextStream {
  readonly stream: string | null;
}

const nextStream = (isNamed: string): string => `
  SELECT min(stream) AS stream FROM (
    SELECT min(stream) AS stream FROM audit_events WHERE stream > $1 AND ${isNamed}
    UNION ALL SELECT min(stream) FROM audit_streams WHERE stream > $2 AND ${isNamed}
  ) streams`;

/** Events that say that they stand in a stream, and where {@link streamsIn} and {@link eventsOf} do not come to. */
export interface Placeless {
  readonly count: number;
  /** The first of them by its id; null: there is none. */
  readonly first: SeenEvent | null;
}

/** All events whose stream, or whose place in it, is none that Gatehouse gives. */
export async function placelessEvents(manager: EntityManager): Promise<Placeless> {
  const which = `stream IS NOT NULL AND (${named(manager)} AND ${COUNTED}) IS NOT TRUE`;
  const [counted] = await manager.query<readonly { readonly count: number | string }[]>(
    `SELECT count(*) AS count FROM audit_events WHERE ${which}`,
  );
  const count = Number(counted?.count ?? 0);
  if (count === 0) return { count, first: null };
  const [row] = await manager.query<readonly Row[]>(
    `SELECT ${COLUMNS} FROM audit_events WHERE ${which} ORDER BY id LIMIT 1`,
  );
  return { count, first: row === undefined ? null : seen(row) };
}

/** The name of a record of a stream that no stream can have; null: there is none. */
export async function misnamedRecord(manager: EntityManager): Promise<string | null> {
  const [row] = await manager.query<readonly NextStream[]>(
    `SELECT stream FROM audit_streams WHERE ${named(manager)} IS NOT TRUE ORDER BY stream LIMIT 1`,
  );
  return row === undefined ? null : String(row.stream);
}

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
