import { Column, Entity, PrimaryColumn } from 'typeorm';
import { epoch, nullableEpoch } from '../database/columns.js';
import type { Instant } from '../kernel/clock.js';

/** A mailed token: who has it may do one thing, once. */
@Entity({ name: 'one_time_tokens' })
export class OneTimeToken {
  /** SHA-256 of the token; the token itself is in the mail alone. */
  @PrimaryColumn({ type: 'text' })
  digest!: string;

  @Column({ type: 'text' })
  purpose!: string;

  /** Whom it is about: a user's id, or the compared form of an address nobody has an account under. */
  @Column({ type: 'text' })
  subject!: string;

  /** Where it was sent; the token is worth nothing once the person's address is another. */
  @Column({ type: 'text' })
  address!: string;

  /** JSON: what else belongs to it. */
  @Column({ type: 'text' })
  details!: string;

  @Column(epoch('created_at'))
  createdAt!: Instant;

  @Column(epoch('expires_at'))
  expiresAt!: Instant;

  @Column(nullableEpoch('used_at'))
  usedAt!: Instant | null;
}
