import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { epoch, nullableEpoch } from '../database/columns.js';
import type { Instant } from '../kernel/clock.js';

/** What the sweeper clears away. */
export const SIGN_IN_ROWS = {
  table: 'sign_ins',
  key: 'id',
  column: 'known_end_at',
  only: 'ended_at IS NOT NULL',
};

/**
 * A sign-in, in the database wherever its session is kept: the parent of the session and of everything else that is
 * made from it. Its session gets another id each time the person proves once more who they are; the sign-in stays.
 */
@Entity({ name: 'sign_ins' })
export class SignInRow {
  /** The public name of its session, too. */
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Index('sign_ins_by_user')
  @Column({ type: 'text', name: 'user_id' })
  userId!: string;

  @Column(epoch('began_at'))
  beganAt!: Instant;

  /** What was proved so far: RFC 8176 references, separated by spaces. */
  @Column({ type: 'text' })
  amr!: string;

  /** The last full sign-in or re-authentication. */
  @Column(epoch('proved_at'))
  provedAt!: Instant;

  /** SHA-256 of the id of the session that it has now; after the end, of the last. */
  @Column({ type: 'text', name: 'session_id_hash' })
  sessionIdHash!: string;

  /** When that session ends whatever happens. */
  @Column(epoch('expires_at'))
  expiresAt!: Instant;

  /**
   * When that session ends, as far as was known when somebody last looked: perhaps later. After the end when it would
   * have ended whatever happens: until then a store could bring it back, after a failure or out of a copy, and it must be
   * known that it has ended.
   */
  @Index('sign_ins_by_end')
  @Column(epoch('known_end_at'))
  knownEndAt!: Instant;

  @Column(nullableEpoch('ended_at'))
  endedAt!: Instant | null;

  /** Null as long as it has not ended. */
  @Column({ type: 'text', name: 'end_reason', nullable: true })
  endReason!: string | null;
}
