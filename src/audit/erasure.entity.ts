import { Column, Entity, PrimaryColumn } from 'typeorm';
import { epoch } from '../database/columns.js';
import type { Instant } from '../kernel/clock.js';

/** The promise to take somebody who is gone out of their events: written with their deletion, kept afterwards. */
@Entity({ name: 'erasures' })
export class Erasure {
  /** Who they were. Ids are never given again, so nobody else is meant, whatever they call themselves. */
  @PrimaryColumn({ type: 'text', name: 'user_id' })
  userId!: string;

  /** What stands in their place: a name that belongs to nobody. */
  @Column({ type: 'text' })
  pseudonym!: string;

  @Column(epoch('promised_at'))
  promisedAt!: Instant;

  /** When their events are to be looked for (again); also until when a worker is at it. */
  @Column(epoch('due_at'))
  dueAt!: Instant;

  /** How many events have lost them since an event last told how many. */
  @Column({ ...epoch('untold'), default: 0 })
  untold!: number;
}
