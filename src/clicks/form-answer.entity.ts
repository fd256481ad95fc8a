import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { epoch } from '../database/columns.js';
import type { Instant } from '../kernel/clock.js';

/** What the sweeper clears away. */
export const FORM_ANSWER_ROWS = { table: 'form_answers', key: 'page', column: 'at' };

/**
 * The last form that was sent from a page, and what it was answered with, for the seconds in which it may come a second
 * time. What names it is made with a secret that stands in the page alone, and so is what seals the answer: nobody who has
 * this row, and every key of the server, learns anything of either.
 */
@Entity({ name: 'form_answers' })
export class FormAnswer {
  /** Digest of the page's secret. */
  @PrimaryColumn({ type: 'text' })
  page!: string;

  /** Digest of all that was sent: from where, to where, cookies and fields. */
  @Column({ type: 'text' })
  form!: string;

  /** The same without the cookies. */
  @Column({ type: 'text' })
  fields!: string;

  /** When it was answered; as long as it was not, when it was begun. */
  @Index('form_answers_by_age')
  @Column(epoch('at'))
  at!: Instant;

  /** Null: it is on its way. */
  @Column({ type: 'text', nullable: true })
  answer!: string | null;
}
