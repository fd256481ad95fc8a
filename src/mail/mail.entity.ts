import { Column, Entity, PrimaryColumn } from 'typeorm';
import { epoch, nullableEpoch } from '../database/columns.js';
import { SealedColumn } from '../database/key-columns.js';
import type { Instant } from '../kernel/clock.js';

/** The place of a mail's content, to which its seal is bound. */
export const mailPlace = (id: string): string => `mails.sealed/${id}`;

/** A mail that was promised: written with what it is about, sent afterwards, kept until it went. */
@Entity({ name: 'mails' })
export class Mail {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  /** To whom and what, encrypted with a session secret by a version before data keys; else empty. Emptied once it went. */
  @Column({ type: 'text' })
  content!: string;

  /** To whom and what, sealed: a link in it opens an account. Null once it went. */
  @SealedColumn({ words: ['mail', 'mails'], place: mailPlace })
  sealed!: string | null;

  @Column(epoch('created_at'))
  createdAt!: Instant;

  @Column({ type: 'integer' })
  attempts!: number;

  /** When it may be sent, or tried again; also until when a worker has it. Null: it is over. */
  @Column(nullableEpoch('due_at'))
  dueAt!: Instant | null;

  /** What the mail server said last, in its own words, or what happened instead. Null: it was not tried yet. */
  @Column({ type: 'text', nullable: true })
  answer!: string | null;

  /** When it was tried last. */
  @Column(nullableEpoch('tried_at'))
  triedAt!: Instant | null;

  /** Until when its link opens something. Null: it has none that ends. */
  @Column(nullableEpoch('good_until'))
  goodUntil!: Instant | null;

  /** When its link, which was over before it could be sent, was made good again. */
  @Column(nullableEpoch('renewed_at'))
  renewedAt!: Instant | null;

  /** From when on the row says nothing any more; of a mail that waits, never. */
  @Column(epoch('forgotten_at'))
  forgottenAt!: Instant;
}
