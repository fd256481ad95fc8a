import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { epoch, nullableEpoch } from '../database/columns.js';
import type { Instant } from '../kernel/clock.js';

/** Which rows are of no use any more. */
export const TOKEN_ROWS = { table: 'access_tokens', key: 'digest', column: 'expires_at' };

/** By what a program comes to an application in its person's name. The row goes with its person. */
@Entity({ name: 'access_tokens' })
export class AccessToken {
  /** SHA-256 of the token. */
  @PrimaryColumn({ type: 'text' })
  digest!: string;

  /** Names it on pages; says nothing about the token. */
  @Column({ type: 'text' })
  id!: string;

  @Index('access_tokens_by_user')
  @Column({ type: 'text', name: 'user_id' })
  userId!: string;

  /** The application it is for; that may be gone. */
  @Column({ type: 'text', name: 'application_name' })
  applicationName!: string;

  /** What its person calls it. */
  @Column({ type: 'text' })
  name!: string;

  /** Those it is good for, with commas between them; empty for all. */
  @Column({ type: 'text' })
  methods!: string;

  /** The path it is good for, with all below it; empty for all. */
  @Column({ type: 'text' })
  prefix!: string;

  /** How strongly its person was signed in when they made it. */
  @Column({ type: 'int' })
  strength!: number;

  @Column(epoch('made_at'))
  madeAt!: Instant;

  @Index('access_tokens_by_end')
  @Column(epoch('expires_at'))
  expiresAt!: Instant;

  /** At most a minute late; null: never. */
  @Column(nullableEpoch('last_used_at'))
  lastUsedAt!: Instant | null;
}
