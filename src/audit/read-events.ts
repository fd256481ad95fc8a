import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { readInIndexOrder } from '../database/index-order.js';
import type { Instant } from '../kernel/clock.js';
import { AuditEvent } from './audit-event.entity.js';
import type { EventName } from './security-event.js';

/** Where an event stands among those of its person. */
export interface EventPlace {
  readonly occurredAt: Instant;
  readonly id: string;
}

/** Some of a person's events that follow one another. */
export interface EventRange {
  readonly userId: string;
  /** At most so many. */
  readonly size: number;
  /** Which way they are read. */
  readonly towards: 'older' | 'newer';
  /** They begin behind this one; without it, with the newest or the oldest. */
  readonly from?: EventPlace | null;
  /** Of these names alone. */
  readonly names?: readonly EventName[];
  /** None that is not younger. */
  readonly since?: Instant;
}

/**
 * Reads them in the order in which they are met. By the index alone, from a place in it: it costs what it gives, and
 * not what lies before it, however many events somebody has caused.
 */
export function readEvents(manager: EntityManager, range: EventRange): Promise<AuditEvent[]> {
  return readInIndexOrder(manager, within => select(within, range).getMany());
}

function select(manager: EntityManager, range: EventRange): SelectQueryBuilder<AuditEvent> {
  const { userId, size, towards, from, names, since } = range;
  const [order, beyond] = towards === 'older' ? (['DESC', '<'] as const) : (['ASC', '>'] as const);
  const query = manager.createQueryBuilder(AuditEvent, 'e').where('e.userId = :userId', { userId });
  if (from) query.andWhere(`(e.occurredAt, e.id) ${beyond} (:at, :id)`, { at: from.occurredAt, id: from.id });
  if (names !== undefined) query.andWhere('e.event IN (:...names)', { names });
  if (since !== undefined) query.andWhere('e.occurredAt > :since', { since });
  return query.orderBy('e.occurredAt', order).addOrderBy('e.id', order).limit(size);
}
