import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { epoch } from '../database/columns.js';
import type { Instant } from '../kernel/clock.js';

/** Somebody in a group. The row goes with its person and with its group. */
@Entity({ name: 'group_members' })
@Index('group_members_by_user', ['userId', 'groupName'])
export class GroupMember {
  @PrimaryColumn({ type: 'text', name: 'group_name' })
  groupName!: string;

  @PrimaryColumn({ type: 'text', name: 'user_id' })
  userId!: string;

  /** When they came into it. */
  @Column(epoch('since'))
  since!: Instant;
}
