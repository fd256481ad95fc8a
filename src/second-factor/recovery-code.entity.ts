import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { epoch, nullableEpoch } from '../database/columns.js';
import { KeyNameColumn } from '../database/key-columns.js';
import type { Instant } from '../kernel/clock.js';

/** A recovery code: who has it shows a second factor with it, once. Goes with its person. */
@Entity({ name: 'recovery_codes' })
export class RecoveryCode {
  /** HMAC of whose it is and the code itself, under a data key: whoever reads the table alone can try none of them. */
  @PrimaryColumn({ type: 'text' })
  mac!: string;

  @KeyNameColumn({ words: ['recovery code', 'recovery codes'] }, { name: 'key_id' })
  keyId!: string | null;

  @Index('recovery_codes_by_user')
  @Column({ type: 'text', name: 'user_id' })
  userId!: string;

  /** Those that were shown together. */
  @Column({ type: 'text', name: 'set_id' })
  setId!: string;

  @Column(epoch('made_at'))
  madeAt!: Instant;

  @Column(nullableEpoch('used_at'))
  usedAt!: Instant | null;
}
