import { Column, Entity, PrimaryColumn } from 'typeorm';
import { epoch, nullableEpoch } from '../database/columns.js';
import { KeyNameColumn } from '../database/key-columns.js';
import { OnlyAdded } from '../database/only-added.js';
import type { Instant } from '../kernel/clock.js';

/**
 * A stream of security events: what one process wrote. It stays for a year after its last event is gone, because others
 * name it. `begins`, `macBefore` and `mac` prove where it begins since its front was swept; the rest proves nothing.
 */
@OnlyAdded()
@Entity({ name: 'audit_streams' })
export class AuditStream {
  @PrimaryColumn({ type: 'text' })
  stream!: string;

  @Column(epoch('begun_at'))
  begunAt!: Instant;

  /** Until when others name its head. A moment that is over: its process is; null: its end was named. */
  @Column(nullableEpoch('live_until'))
  liveUntil!: Instant | null;

  /** When its oldest event happened; where none is left, when the last was deleted. */
  @Column(epoch('oldest_at'))
  oldestAt!: Instant;

  /** The first event that is there, or is to come: 1 until some were deleted by age. */
  @Column(epoch('begins'))
  begins!: number;

  /** The MAC of the event before that one; empty before the first. */
  @Column({ type: 'text', name: 'mac_before' })
  macBefore!: string;

  /** The data key under which all MACs of the stream are: where another one comes to seal, another stream begins. */
  @KeyNameColumn(
    { words: ['stream of security events', 'streams of security events'] },
    { name: 'key_id', nullable: false },
  )
  keyId!: string;

  @Column({ type: 'text' })
  mac!: string;
}
