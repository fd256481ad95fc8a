import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { epoch } from '../database/columns.js';
import type { Instant } from '../kernel/clock.js';

/** A challenge that was answered: nobody answers it once more. After its time nothing accepts it anyway, and the row goes. */
@Entity({ name: 'used_challenges' })
@Index('used_challenges_by_expiry', ['expiresAt'])
export class UsedChallenge {
  @PrimaryColumn({ type: 'text' })
  digest!: string;

  @Column(epoch('expires_at'))
  expiresAt!: Instant;
}
