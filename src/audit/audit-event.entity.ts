import { Column, Entity, PrimaryColumn } from 'typeorm';
import { epoch, nullableEpoch } from '../database/columns.js';
import { OnlyAdded } from '../database/only-added.js';
import type { Instant } from '../kernel/clock.js';

/**
 * A security event as it stands in the table. Rows are only ever added, and removed by age; people who are gone are taken
 * out of theirs. The columns of the chain (`chain.ts`) are null in rows that stand outside it: those of versions before.
 */
@OnlyAdded()
@Entity({ name: 'audit_events' })
export class AuditEvent {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column(epoch('occurred_at'))
  occurredAt!: Instant;

  @Column({ type: 'text' })
  event!: string;

  @Column({ type: 'text' })
  outcome!: string;

  @Column({ type: 'text', name: 'user_id', nullable: true })
  userId!: string | null;

  @Column({ type: 'text', nullable: true })
  session!: string | null;

  @Column({ type: 'text' })
  ip!: string;

  @Column({ type: 'text', name: 'user_agent' })
  userAgent!: string;

  @Column({ type: 'text', name: 'request_id' })
  requestId!: string;

  /** JSON: what else tells the case from others. */
  @Column({ type: 'text' })
  facts!: string;

  /** Which process wrote it: the stream it stands in. */
  @Column({ type: 'text', nullable: true, select: false })
  stream!: string | null;

  /** The how-manyth of its stream, from 1 on. */
  @Column({ ...nullableEpoch('seq'), select: false })
  seq!: number | null;

  /** Proves the row, its place, and the row before it: under the data key of its stream. */
  @Column({ type: 'text', nullable: true, select: false })
  mac!: string | null;

  /** Makes `personal` of what it digests; null where the person was taken out. */
  @Column({ type: 'text', nullable: true, select: false })
  salt!: string | null;

  /** Digest of what tells of a person. It stays when that goes, and is worth nothing without `salt`. */
  @Column({ type: 'text', nullable: true, select: false })
  personal!: string | null;

  /** Proves that Gatehouse took the person out. */
  @Column({ type: 'text', nullable: true, select: false })
  erased!: string | null;
}
