import { Column, Entity, PrimaryColumn } from 'typeorm';
import { epoch, nullableEpoch } from '../database/columns.js';
import type { Instant } from '../kernel/clock.js';
import type { Duration } from '../kernel/durations.js';

/** An application behind the gate, as it stands in the database. Lists are words with spaces between them. */
@Entity({ name: 'applications' })
export class ApplicationRow {
  @PrimaryColumn({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  label!: string;

  @Column({ type: 'text' })
  kind!: string;

  @Column({ type: 'text' })
  admits!: string;

  /** Names of groups whose people may enter; groups need not be there. */
  @Column({ type: 'text' })
  groups!: string;

  @Column({ type: 'int' })
  strength!: number;

  /** Milliseconds. */
  @Column(nullableEpoch('recent'))
  recent!: Duration | null;

  /** Milliseconds. */
  @Column(nullableEpoch('longest'))
  longest!: Duration | null;

  /** Of `name`, `email` and `assertion` those that it is told. */
  @Column({ type: 'text' })
  told!: string;

  @Column({ type: 'text', name: 'told_groups' })
  toldGroups!: string;

  /** Each as `METHOD,METHOD:PREFIX`. */
  @Column({ type: 'text', name: 'open_paths' })
  openPaths!: string;

  @Column({ type: 'text' })
  preflight!: string;

  @Column({ type: 'text' })
  activity!: string;

  @Column({ type: 'boolean' })
  tokens!: boolean;

  @Column({ type: 'boolean', name: 'own_session' })
  ownSession!: boolean;

  @Column(epoch('created_at'))
  createdAt!: Instant;

  @Column(epoch('changed_at'))
  changedAt!: Instant;
}
