import { Column, Entity, PrimaryColumn } from 'typeorm';
import { epoch, nullableEpoch } from '../database/columns.js';
import { SealedColumn } from '../database/key-columns.js';
import type { Instant } from '../kernel/clock.js';

/** The place of a secret, to which its seal is bound: another person's row does not open it. */
export const secretPlace = (userId: string): string => `authenticators.sealed ${userId}`;

/** Somebody's authenticator app; a new one takes the place of the old. Goes with its person. */
@Entity({ name: 'authenticators' })
export class Authenticator {
  @PrimaryColumn({ type: 'text', name: 'user_id' })
  userId!: string;

  /** Its secret of 160 bits, as base32. */
  @SealedColumn({ words: ['authenticator', 'authenticators'], place: secretPlace })
  sealed!: string | null;

  @Column(epoch('added_at'))
  addedAt!: Instant;

  /** The last period whose code was used; only grows, so that each is used once at most (RFC 6238, section 5.2). */
  @Column(epoch('last_used_period'))
  lastUsedPeriod!: number;

  @Column(nullableEpoch('last_used_at'))
  lastUsedAt!: Instant | null;

  /** Since when it proves nothing until its owner admits it again. */
  @Column(nullableEpoch('suspended_at'))
  suspendedAt!: Instant | null;
}
