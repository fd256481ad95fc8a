import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { epoch, nullableEpoch, version } from '../database/columns.js';
import type { Instant } from '../kernel/clock.js';

/** Which rows are of no use any more. */
export const SESSION_ROWS = { table: 'sessions', key: 'id_hash', column: 'ends_at' };

/** A signed-in person's session as it stands in the database. */
@Entity({ name: 'sessions' })
export class SessionRow {
  /** SHA-256 of the id in the cookie. The id itself is stored nowhere (a stolen copy opens no session). */
  @PrimaryColumn({ type: 'text', name: 'id_hash' })
  idHash!: string;

  /** Names the session on pages; says nothing about the id. */
  @Column({ type: 'text', name: 'public_id', unique: true })
  publicId!: string;

  @Index('sessions_by_user')
  @Column({ type: 'text', name: 'user_id' })
  userId!: string;

  @Column(epoch('created_at'))
  createdAt!: Instant;

  /** The last full sign-in or re-authentication. */
  @Column(epoch('authenticated_at'))
  authenticatedAt!: Instant;

  /** The last activity, at most a minute late. */
  @Column(epoch('last_seen_at'))
  lastSeenAt!: Instant;

  @Column(nullableEpoch('idle_expires_at'))
  idleExpiresAt!: Instant | null;

  @Column(epoch('expires_at'))
  expiresAt!: Instant;

  /** The earlier of the two: what the sweeper looks at. */
  @Index('sessions_by_end')
  @Column(epoch('ends_at'))
  endsAt!: Instant;

  @Column({ type: 'boolean' })
  remembered!: boolean;

  /** RFC 8176 references, separated by spaces. */
  @Column({ type: 'text' })
  amr!: string;

  @Column({ type: 'text' })
  ip!: string;

  @Column({ type: 'text', name: 'user_agent' })
  userAgent!: string;

  /** JSON: the CSRF token and what the application keeps in `request.session`. */
  @Column({ type: 'text' })
  data!: string;

  /** The version of the person's sessions under which it began; below theirs, it has ended. */
  @Column(version('version'))
  version!: number;
}
