import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { isPostgres } from '../database/locks.js';
import { Sweeper } from '../database/sweeper.js';
import { Transaction } from '../database/transaction.js';
import { futureFrom, type Instant } from '../kernel/clock.js';
import { days, type Duration } from '../kernel/durations.js';
import { AuditKeys } from './audit-keys.js';
import { type AuditKey, beginningMac } from './chain.js';
import { dropFront, dropUnchained } from './drop-events.js';
import { type DueStream, type FrontRow, frontOf } from './stream-front.js';

/** How long events are kept. The function of the database says a day less (`audit-functions.ts`). */
const KEPT: Duration = days(365);

/**
 * Deletes events by age: from the front of each stream, and in the same transaction it is proved where that begins now. So
 * what Gatehouse deleted can be told from what somebody else did.
 */
@Injectable()
export class EventSweep implements OnModuleInit {
  constructor(
    private readonly transaction: Transaction,
    private readonly keys: AuditKeys,
    private readonly sweeper: Sweeper,
  ) {}

  onModuleInit(): void {
    this.sweeper.add('audit_events', (now, most) => this.sweep(now, most));
  }

  private async sweep(now: Instant, most: number): Promise<number> {
    const key = this.keys.current;
    let gone = 0;
    while (key !== null && gone < most) {
      const left = most - gone;
      const some = await this.transaction.run(
        manager => sweepOne(manager, key, { now, most: left }),
        'server',
      );
      if (some === null) break;
      gone += some;
    }
    if (gone === most) return gone;
    const left = most - gone;
    return gone + (await this.transaction.run(manager => dropUnchained(manager, now - KEPT, left), 'server'));
  }
}

interface Bounds {
  readonly now: Instant;
  readonly most: number;
}

/** Deletes what is due of one stream. @returns how many; null where none is due. */
async function sweepOne(
  manager: EntityManager,
  { id, key }: AuditKey,
  { now, most }: Bounds,
): Promise<number | null> {
  const until = now - KEPT;
  const due = await dueStream(manager, until, now);
  if (due === null) return null;
  const rows = await frontRows(manager, due, most + 1);
  const front = frontOf(due, rows, { until, now, most });
  const mac = beginningMac(key, { stream: due.stream, seq: front.begins, mac: front.macBefore });
  await dropFront(manager, until, { ...front, stream: due.stream, keyId: id, mac });
  return front.gone;
}

/** The stream whose oldest event is the oldest. What lies in the future counts as now, and is put right. */
async function dueStream(manager: EntityManager, until: Instant, now: Instant): Promise<DueStream | null> {
  const unclaimed = isPostgres(manager) ? ' FOR UPDATE SKIP LOCKED' : '';
  const rows = await manager.query<readonly StreamRow[]>(`${DUE}${unclaimed}`, [until, futureFrom(now)]);
  const [row] = rows;
  if (row === undefined) return null;
  return {
    ...{ stream: row.stream, macBefore: row.mac_before, begins: Number(row.begins) },
    ...{
      oldestAt: Number(row.oldest_at),
      liveUntil: row.live_until === null ? null : Number(row.live_until),
    },
  };
}

async function frontRows(
  manager: EntityManager,
  { stream, begins }: DueStream,
  most: number,
): Promise<readonly FrontRow[]> {
  const rows = await manager.query<readonly EventRow[]>(FRONT, [stream, begins, most]);
  return rows.map(({ seq, occurred_at, mac }) => ({
    ...{ seq: Number(seq), occurredAt: Number(occurred_at), mac },
  }));
}

/** PostgreSQL gives 64-bit numbers as text. */
type Whole = number | string;

interface StreamRow {
  readonly stream: string;
  readonly begins: Whole;
  readonly mac_before: string;
  readonly oldest_at: Whole;
  readonly live_until: Whole | null;
}

interface EventRow {
  readonly seq: Whole;
  readonly occurred_at: Whole;
  readonly mac: string;
}

const DUE = `
  SELECT stream, begins, mac_before, oldest_at, live_until FROM audit_streams
  WHERE oldest_at <= $1 OR oldest_at >= $2 ORDER BY oldest_at LIMIT 1`;

const FRONT = `
  SELECT seq, occurred_at, mac FROM audit_events WHERE stream = $1 AND seq >= $2 ORDER BY seq LIMIT $3`;
