import { Column, Entity, PrimaryColumn } from 'typeorm';
import { epoch } from '../database/columns.js';
import type { Instant } from '../kernel/clock.js';

/** The failures counted against one budget. */
@Entity({ name: 'attempts' })
export class Attempts {
  /** A keyed hash of what is counted: what people type as a name may be a password. Of an account's password, a hash of its id. */
  @PrimaryColumn({ type: 'text' })
  budget!: string;

  @Column({ type: 'integer' })
  failures!: number;

  @Column(epoch('last_at'))
  lastAt!: Instant;

  /** From when on the row says nothing any more. */
  @Column(epoch('forgotten_at'))
  forgottenAt!: Instant;
}
