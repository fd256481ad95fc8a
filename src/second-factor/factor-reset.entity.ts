import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { epoch, nullableEpoch } from '../database/columns.js';
import type { Instant } from '../kernel/clock.js';

/** A reset of somebody's second factors that was asked for: one at a time. Goes with its person. */
@Entity({ name: 'factor_resets' })
export class FactorReset {
  @PrimaryColumn({ type: 'text', name: 'user_id' })
  userId!: string;

  @Column(epoch('asked_at'))
  askedAt!: Instant;

  /** From when on its delay runs: from the last change of the password or the address. */
  @Column(epoch('runs_from'))
  runsFrom!: Instant;

  @Index('factor_resets_by_due')
  @Column(epoch('due_at'))
  dueAt!: Instant;

  /** JSON: where its notices go beside the present address: those of the days before. */
  @Column({ type: 'text' })
  addresses!: string;

  /** What addresses are compared by: of the present one, when the delay began. */
  @Column({ type: 'text', name: 'email_key', nullable: true })
  emailKey!: string | null;

  /** When its owner was warned that it is about to take effect. */
  @Column(nullableEpoch('warned_at'))
  warnedAt!: Instant | null;

  @Column(nullableEpoch('cancelled_at'))
  cancelledAt!: Instant | null;

  /** When the factors went. */
  @Column(nullableEpoch('done_at'))
  doneAt!: Instant | null;

  /** When its person added a new factor. */
  @Column(nullableEpoch('finished_at'))
  finishedAt!: Instant | null;

  /** SHA-256 of the code with which its person may add a new factor; null: none is out. */
  @Column({ type: 'text', name: 'code_digest', nullable: true })
  codeDigest!: string | null;

  @Column(nullableEpoch('code_expires_at'))
  codeExpiresAt!: Instant | null;
}
