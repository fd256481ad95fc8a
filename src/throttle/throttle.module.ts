import { Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { CryptoModule } from '../crypto/crypto.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { Sweeper } from '../database/sweeper.js';
import { Transaction } from '../database/transaction.js';
import type { Redis } from '../redis/redis.js';
import { OPTIONAL_REDIS, RedisModule } from '../redis/redis.module.js';
import { AttemptStore } from './attempt-store.js';
import { Attempts } from './attempts.entity.js';
import { FormBudget } from './form-budget.js';
import { KnownDevices } from './known-devices.js';
import { MailBudget } from './mail-budget.js';
import { PacedAttemptStore } from './paced-attempt-store.js';
import { PasskeyBudget } from './passkey-budget.js';
import { RedisAttemptStore } from './redis-attempt-store.js';
import { Resting } from './resting.js';
import { SecondStepThrottle } from './second-step-throttle.js';
import { SignInThrottle } from './sign-in-throttle.js';
import { SqlAttemptStore } from './sql-attempt-store.js';

/** Makes guessing slow. Counts in Redis where there is one. */
@Module({
  imports: [CryptoModule, DatabaseModule, RedisModule, TypeOrmModule.forFeature([Attempts])],
  providers: [
    {
      provide: AttemptStore,
      inject: [OPTIONAL_REDIS, DataSource, Transaction],
      useFactory: (redis: Redis | null, dataSource: DataSource, transaction: Transaction) =>
        new PacedAttemptStore(
          redis === null ? new SqlAttemptStore(dataSource, transaction) : new RedisAttemptStore(redis),
        ),
    },
    FormBudget,
    KnownDevices,
    MailBudget,
    PasskeyBudget,
    Resting,
    SecondStepThrottle,
    SignInThrottle,
  ],
  exports: [FormBudget, KnownDevices, MailBudget, PasskeyBudget, Resting, SecondStepThrottle, SignInThrottle],
})
export class ThrottleModule implements OnModuleInit {
  constructor(
    private readonly transaction: Transaction,
    private readonly sweeper: Sweeper,
  ) {}

  /** Also with Redis: the database may have counts from before. */
  onModuleInit(): void {
    const rows = { table: 'attempts', key: 'budget', column: 'forgotten_at' };
    this.sweeper.add('attempts', (now, most) => this.transaction.deleteOld(rows, now, most));
  }
}
