import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Clock, type Instant } from '../kernel/clock.js';
import { days, type Duration } from '../kernel/durations.js';
import { AuditEvent } from './audit-event.entity.js';
import { AuditLog } from './audit-log.js';
import { type EventPlace, type EventRange, readEvents } from './read-events.js';
import type { EventName } from './security-event.js';

/** How far back people see their own events. */
export const SHOWN: Duration = days(90);

/** Events read at a time where all of them are wanted. */
const BATCH = 250;

/** A page of events, the newest first, and where the pages beside it begin; null where there is none. */
export interface TrailPage {
  readonly events: readonly AuditEvent[];
  readonly newer: EventPlace | null;
  readonly older: EventPlace | null;
}

/** Which page. */
export interface TrailPosition {
  /** From where, and which way; null: the newest. */
  readonly from: { readonly place: EventPlace; readonly towards: EventRange['towards'] } | null;
  readonly size: number;
}

/** Reads the table of security events. */
@Injectable()
export class AuditTrail {
  constructor(
    @InjectRepository(AuditEvent) private readonly rows: Repository<AuditEvent>,
    private readonly log: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** A page of the person's events of these names in the last 90 days. */
  async of(userId: string, names: readonly EventName[], { from, size }: TrailPosition): Promise<TrailPage> {
    await this.log.caughtUp();
    const since: Instant = this.clock.now() - SHOWN;
    const towards = from?.towards ?? 'older';
    const range = { userId, names, since, towards, from: from?.place ?? null, size: size + 1 };
    const found = await readEvents(this.rows.manager, range);
    const more = found.length > size;
    const events = found.slice(0, size);
    if (towards === 'newer') events.reverse();
    const [first = null, last = null] = [events.at(0), events.at(-1)];
    return towards === 'older'
      ? { events, newer: from === null ? null : first, older: more ? last : null }
      : { events, newer: more ? first : null, older: last };
  }

  /** Every event of the person that is kept, the newest first, some at a time: read as they are asked for. */
  async *allOf(userId: string): AsyncGenerator<readonly AuditEvent[]> {
    await this.log.caughtUp();
    let from: EventPlace | null = null;
    do {
      const range: EventRange = { userId, towards: 'older', from, size: BATCH };
      const events = await readEvents(this.rows.manager, range);
      if (events.length > 0) yield events;
      from = events.length < BATCH ? null : (events.at(-1) ?? null);
    } while (from !== null);
  }
}
