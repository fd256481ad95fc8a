import { futureFrom, type Instant } from '../kernel/clock.js';

/** A stream whose front is to be looked at. */
export interface DueStream {
  readonly stream: string;
  readonly keyId: string;
  readonly begins: number;
  readonly macBefore: string;
  readonly mac: string;
  readonly oldestAt: Instant;
  readonly liveUntil: Instant | null;
}

/** An event of it. */
export interface FrontRow {
  readonly seq: number;
  readonly occurredAt: Instant;
  readonly mac: string;
}

/** What may go: at most `most` events, of `until` or before. */
export interface Age {
  readonly until: Instant;
  readonly now: Instant;
  readonly most: number;
}

/** Where a stream begins afterwards, and how many events are gone then. */
export interface Front {
  readonly gone: number;
  readonly begins: number;
  readonly macBefore: string;
  readonly oldestAt: Instant;
  /** It has had no event for as long as events are kept, and no process: nobody names it any more. */
  readonly over: boolean;
}

/**
 * What of a stream's front is over: all up to the last old event before the first that is kept. An event that lies in the
 * future, because the clock was ahead, keeps none that follows it.
 * @param rows its first events, one more than may go.
 */
export function frontOf(due: DueStream, rows: readonly FrontRow[], { until, now, most }: Age): Front {
  const isKept = ({ occurredAt }: FrontRow) => occurredAt > until && occurredAt < futureFrom(now);
  const kept = rows.findIndex(isKept);
  const before = rows.slice(0, Math.min(most, kept === -1 ? rows.length : kept));
  const gone = before.findLastIndex(({ occurredAt }) => occurredAt <= until) + 1;
  const [last, next] = [rows[gone - 1], rows[gone]];
  return {
    gone,
    begins: last === undefined ? due.begins : last.seq + 1,
    macBefore: last?.mac ?? due.macBefore,
    oldestAt: Math.min(next?.occurredAt ?? now, now),
    over: rows.length === 0 && due.oldestAt <= until && (due.liveUntil ?? 0) < now,
  };
}
