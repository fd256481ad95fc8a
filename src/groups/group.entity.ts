import { Column, Entity, PrimaryColumn } from 'typeorm';
import { epoch } from '../database/columns.js';
import type { Instant } from '../kernel/clock.js';

/** A group: a name that people are under. What they may do by it is said where it is asked for. */
@Entity({ name: 'groups' })
export class Group {
  @PrimaryColumn({ type: 'text' })
  name!: string;

  @Column(epoch('created_at'))
  createdAt!: Instant;
}
