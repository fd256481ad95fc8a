import { Column, Entity, PrimaryColumn } from 'typeorm';
import { epoch } from '../database/columns.js';
import type { Instant } from '../kernel/clock.js';

/**
 * A name that an application was told once. It stays when its person goes: an application that knows people by their
 * name would take the next one of that name for them.
 */
@Entity({ name: 'used_names' })
export class UsedName {
  /** What usernames are compared by. Nothing says whose it was. */
  @PrimaryColumn({ type: 'text', name: 'username_key' })
  usernameKey!: string;

  /** When an application was told it first. */
  @Column(epoch('since'))
  since!: Instant;
}
