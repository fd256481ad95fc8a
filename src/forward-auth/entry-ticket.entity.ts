import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { epoch, nullableEpoch } from '../database/columns.js';
import type { Instant } from '../kernel/clock.js';

/** What the sweeper clears away. */
export const TICKET_ROWS = { table: 'entry_tickets', key: 'digest', column: 'expires_at' };

/**
 * What a browser carries from the sign-in host to an application's, once. A spent one stays until it would have expired:
 * by how many there are it is seen that somebody goes round in a circle. The row goes with its sign-in.
 */
@Entity({ name: 'entry_tickets' })
export class EntryTicket {
  /** SHA-256 of the ticket. */
  @PrimaryColumn({ type: 'text' })
  digest!: string;

  @Index('entry_tickets_by_sign_in')
  @Column({ type: 'text', name: 'sign_in_id' })
  signInId!: string;

  @Column({ type: 'text' })
  origin!: string;

  /** SHA-256 of the cookie that the browser has on the application's host. */
  @Column({ type: 'text' })
  browser!: string;

  /** Where in the application it leads. */
  @Column({ type: 'text' })
  path!: string;

  @Column(epoch('made_at'))
  madeAt!: Instant;

  @Index('entry_tickets_by_end')
  @Column(epoch('expires_at'))
  expiresAt!: Instant;

  @Column(nullableEpoch('spent_at'))
  spentAt!: Instant | null;

  /** What was seen when it was spent; null where it was not. */
  @Column({ type: 'text', nullable: true })
  seen!: string | null;
}
