import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { epoch } from '../database/columns.js';
import type { Instant } from '../kernel/clock.js';

/**
 * A browser in an application: made of a sign-in, alive as long as that is and its person may enter. The row goes with its
 * sign-in.
 */
@Entity({ name: 'application_sessions' })
export class ApplicationSession {
  /** SHA-256 of what the cookie on the application's host holds. */
  @PrimaryColumn({ type: 'text' })
  digest!: string;

  @Index('application_sessions_by_sign_in')
  @Column({ type: 'text', name: 'sign_in_id' })
  signInId!: string;

  /** Where it is one: what it opens there are the rules of whatever application has that origin. */
  @Index('application_sessions_by_origin')
  @Column({ type: 'text' })
  origin!: string;

  @Column(epoch('began_at'))
  beganAt!: Instant;

  /** The last request, at most a minute late. */
  @Column(epoch('last_used_at'))
  lastUsedAt!: Instant;
}
