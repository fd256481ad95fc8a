import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { epoch, nullableEpoch } from '../database/columns.js';
import type { Instant } from '../kernel/clock.js';

/** What a step waits for: a second factor that is there, or one that is to be added first. */
export type StepPurpose = 'second' | 'enrol';

/** A sign-in whose password was right and that is not whole yet: no session, and nothing that one opens. */
@Entity({ name: 'sign_in_steps' })
export class SignInStep {
  /** SHA-256 of the token in the browser's cookie. */
  @PrimaryColumn({ type: 'text' })
  digest!: string;

  @Column({ type: 'text' })
  purpose!: StepPurpose;

  @Index('sign_in_steps_by_user')
  @Column({ type: 'text', name: 'user_id' })
  userId!: string;

  /** SHA-256 of the stored hash that the password was verified with: the step is over once the password is another. */
  @Column({ type: 'text', name: 'password_digest' })
  passwordDigest!: string;

  /** Where they were on their way to. */
  @Column({ type: 'text', name: 'return_to', nullable: true })
  returnTo!: string | null;

  /** "Keep me signed in". */
  @Column({ type: 'boolean' })
  remembered!: boolean;

  /** A form that waits for its person, sealed. */
  @Column({ type: 'text', nullable: true })
  unsaved!: string | null;

  /** Guesses so far, each counted before it was looked at. */
  @Column({ type: 'integer' })
  tries!: number;

  @Column(epoch('began_at'))
  beganAt!: Instant;

  @Index('sign_in_steps_by_end')
  @Column(epoch('expires_at'))
  expiresAt!: Instant;

  @Column(nullableEpoch('used_at'))
  usedAt!: Instant | null;
}
