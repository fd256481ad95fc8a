import { Column, Entity, PrimaryColumn } from 'typeorm';
import { epoch } from '../database/columns.js';
import type { Instant } from '../kernel/clock.js';

/** A security event as it stands in the table. Rows are only ever added, and removed by age. */
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
}
