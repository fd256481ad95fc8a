import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Sweeper } from '../database/sweeper.js';
import { Transaction } from '../database/transaction.js';
import type { Instant } from '../kernel/clock.js';
import { days, type Duration } from '../kernel/durations.js';
import { AuditKeys } from './audit-keys.js';
import { beginningMac } from './chain.js';
import { dropFront, dropUnchained } from './drop-events.js';
import { dueStream } from './due-stream.js';
import { type DueStream, type FrontRow, frontOf } from './stream-front.js';
import { eventsAfter } from './verification/seen-events.js';
import { wrongAt } from './verification/verify-stream.js';

/** How long events are kept. The function of the database says a day less (`audit-functions.ts`). */
const KEPT: Duration = days(365);

/**
 * Deletes events by age: from the front of each stream, and in the same transaction it is proved where that begins now. So
 * what Gatehouse deleted can be told from what somebody else did. What is not as it was written stays: whoever changes an
 * event's time does not have Gatehouse delete it, and prove that.
 */
@Injectable()
export class EventSweep implements OnModuleInit {
  private readonly logger = new Logger('Audit');

  constructor(
    private readonly transaction: Transaction,
    private readonly keys: AuditKeys,
    private readonly sweeper: Sweeper,
  ) {}

  onModuleInit(): void {
    this.sweeper.add('audit_events', (now, most) => this.sweep(now, most));
  }

  private async sweep(now: Instant, most: number): Promise<number> {
    let gone = 0;
    while (gone < most) {
      const age = { until: now - KEPT, now, most: most - gone };
      const some = await this.transaction.run(manager => sweepOne(manager, this.keys, age), 'server');
      if (some === null) break;
      gone += some.gone;
      if (!some.proved) this.logger.error({ event: 'sys_audit_tampered', stream: some.stream });
    }
    if (gone === most) return gone;
    const left = most - gone;
    return gone + (await this.transaction.run(manager => dropUnchained(manager, now - KEPT, left), 'server'));
  }
}

interface Age {
  readonly until: Instant;
  readonly now: Instant;
  readonly most: number;
}

interface Swept {
  readonly stream: string;
  readonly gone: number;
  /** Whether all that was looked at is as it was written. */
  readonly proved: boolean;
}

/** Deletes what is due of one stream; null where none is due. @throws where its data key is not there. */
async function sweepOne(manager: EntityManager, keys: AuditKeys, age: Age): Promise<Swept | null> {
  const due = await dueStream(manager, age.until, age.now);
  if (due === null) return null;
  const key = keys.named(due.keyId);
  if (key === null) throw new Error(`The data key ${due.keyId} is not there.`);
  const { rows, proved } = await frontRows(manager, due, { key, most: age.most + 1 });
  const front = frontOf(due, rows, age);
  const { stream } = due;
  const begins = { stream, seq: front.begins, mac: front.macBefore };
  // A record that proves nothing stays as it is.
  const mac = isRecordProved(due, key) ? beginningMac(key, begins) : due.mac;
  await dropFront(manager, age.until, {
    ...{ ...front, stream, mac },
    ...{ from: due.begins, over: front.over && proved },
  });
  return { stream, gone: front.gone, proved };
}

const isRecordProved = ({ stream, begins, macBefore, mac }: DueStream, key: Buffer): boolean =>
  beginningMac(key, { stream, seq: begins, mac: macBefore }) === mac;

/** The first events of a stream, up to the first that is not as it was written. */
async function frontRows(
  manager: EntityManager,
  due: DueStream,
  { key, most }: { readonly key: Buffer; readonly most: number },
): Promise<{ readonly rows: readonly FrontRow[]; readonly proved: boolean }> {
  if (!isRecordProved(due, key)) return { rows: [], proved: false };
  let before = { seq: due.begins - 1, mac: due.macBefore };
  const rows: FrontRow[] = [];
  for (const event of await eventsAfter(manager, { stream: due.stream, seq: before.seq }, most)) {
    if (wrongAt(event, before, key) !== null) return { rows, proved: false };
    before = { seq: event.seq, mac: event.mac ?? '' };
    rows.push({ ...before, occurredAt: event.occurredAt });
  }
  return { rows, proved: true };
}
