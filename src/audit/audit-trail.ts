import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, MoreThan, Repository } from 'typeorm';
import { randomText } from '../crypto/random.js';
import { Transaction } from '../database/transaction.js';
import { Clock } from '../kernel/clock.js';
import { days, type Duration } from '../kernel/durations.js';
import { AuditEvent } from './audit-event.entity.js';
import { AuditLog } from './audit-log.js';
import type { EventName } from './security-event.js';

/** How far back people see their own events. */
export const SHOWN: Duration = days(90);

/** A page of events, and whether there are older ones. */
export interface TrailPage {
  readonly events: readonly AuditEvent[];
  readonly more: boolean;
}

/** Reads the table of security events. */
@Injectable()
export class AuditTrail {
  constructor(
    @InjectRepository(AuditEvent) private readonly rows: Repository<AuditEvent>,
    private readonly log: AuditLog,
    private readonly transaction: Transaction,
    private readonly clock: Clock,
  ) {}

  /**
   * The person's events of these names in the last 90 days, the newest first.
   * @param page counted from 0.
   */
  async of(
    userId: string,
    names: readonly EventName[],
    { page, size }: { readonly page: number; readonly size: number },
  ): Promise<TrailPage> {
    await this.log.settled();
    const events = await this.rows.find({
      where: { userId, event: In(names), occurredAt: MoreThan(this.clock.now() - SHOWN) },
      order: { occurredAt: 'DESC', id: 'DESC' },
      skip: page * size,
      take: size + 1,
    });
    return { events: events.slice(0, size), more: events.length > size };
  }

  /**
   * Takes the person out of their events: who and where from are gone, that it happened stays, under a name
   * that belongs to nobody.
   */
  async pseudonymise(userId: string): Promise<void> {
    await this.log.settled();
    const nobody = { userId: `closed:${randomText(9)}`, ip: '', userAgent: '' };
    await this.transaction.one(manager => manager.update(AuditEvent, { userId }, nobody));
  }
}
