import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { Sweeper } from '../database/sweeper.js';
import { Transaction } from '../database/transaction.js';
import { FactorReset } from './factor-reset.entity.js';
import { LostFactors } from './lost-factors.js';
import { AT_MOST_EVERY } from './reset-delay.js';

/** What is over: rows that nobody needs any more once another reset may be asked for. */
const OVER = {
  table: 'factor_resets',
  key: 'user_id',
  column: 'asked_at',
  only: '(cancelled_at IS NOT NULL OR finished_at IS NOT NULL)',
};

/** Carries out, puts off and tells of resets as their time comes, and clears away what is over. */
@Injectable()
export class ResetSweep implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    private readonly transaction: Transaction,
    private readonly sweeper: Sweeper,
    private readonly lost: LostFactors,
  ) {}

  onModuleInit(): void {
    this.sweeper.add('factor resets that wait', async (_, most) => {
      const waiting = { cancelledAt: IsNull(), doneAt: IsNull() };
      const order = { dueAt: 'ASC' } as const;
      const rows = await this.dataSource.manager.find(FactorReset, { where: waiting, order, take: most });
      for (const { userId } of rows) await this.lost.proceed(userId);
      return 0;
    });
    this.sweeper.add('factor_resets', async (now, most) => {
      await this.lost.putRight();
      return this.transaction.deleteOld(OVER, now - AT_MOST_EVERY, most);
    });
  }
}
