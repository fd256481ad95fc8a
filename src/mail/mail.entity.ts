import { Column, Entity, PrimaryColumn } from 'typeorm';
import { epoch, nullableEpoch } from '../database/columns.js';
import type { Instant } from '../kernel/clock.js';

/** A mail that was promised: written with what it is about, sent afterwards, kept until it went. */
@Entity({ name: 'mails' })
export class Mail {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  /** To whom and what, encrypted: a link in it opens an account. Emptied once it went. */
  @Column({ type: 'text' })
  content!: string;

  @Column(epoch('created_at'))
  createdAt!: Instant;

  @Column({ type: 'integer' })
  attempts!: number;

  /** When it may be sent, or tried again; also until when a worker has it. Null: it is over. */
  @Column(nullableEpoch('due_at'))
  dueAt!: Instant | null;

  /** From when on the row says nothing any more. */
  @Column(epoch('forgotten_at'))
  forgottenAt!: Instant;
}
