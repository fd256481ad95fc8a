import { Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { CryptoModule } from '../crypto/crypto.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { Sweeper } from '../database/sweeper.js';
import { Transaction } from '../database/transaction.js';
import { Clock } from '../kernel/clock.js';
import type { Redis } from '../redis/redis.js';
import { OPTIONAL_REDIS, RedisModule } from '../redis/redis.module.js';
import { PersonLookUp } from '../users/person-look-up.js';
import { UsersModule } from '../users/users.module.js';
import { AccountChange } from './account-change.js';
import { ExpressSessionAdapter } from './express-session.adapter.js';
import { OwnSignIns } from './own-sign-ins.js';
import { ParentSignIns } from './parent-sign-in.js';
import { SessionEvents } from './session-events.js';
import { SessionLife } from './session-life.js';
import { SessionList } from './session-list.js';
import { SessionStore } from './session-store.js';
import { SessionRow } from './session.entity.js';
import { SignInLookUp } from './sign-in-look-up.js';
import { SignInReaper } from './sign-in-reaper.js';
import { SignInRow } from './sign-in.entity.js';
import { SignInAgain } from './sign-in-again.js';
import { SignIns } from './sign-ins.js';
import { SessionMiddleware } from './session.middleware.js';
import { RedisSessionStore } from './redis-session.store.js';
import { SessionUse } from './session-use.js';
import { SqlSessionStore } from './sql-session.store.js';

/** Sessions are kept in Redis where there is one. */
function storeOf(
  redis: Redis | null,
  dataSource: DataSource,
  transaction: Transaction,
  ...[people, clock]: readonly [PersonLookUp, Clock]
): SessionStore {
  return redis === null
    ? new SqlSessionStore(dataSource, transaction)
    : new RedisSessionStore({
        redis,
        signIns: new SignInLookUp(dataSource, people),
        transaction,
        clock,
      });
}

/** Sessions: where they are kept, how they begin and end, and who sees them. */
@Module({
  imports: [
    AuditModule,
    CryptoModule,
    DatabaseModule,
    RedisModule,
    UsersModule,
    TypeOrmModule.forFeature([SessionRow, SignInRow]),
  ],
  providers: [
    AccountChange,
    {
      provide: SessionStore,
      inject: [OPTIONAL_REDIS, DataSource, Transaction, PersonLookUp, Clock],
      useFactory: storeOf,
    },
    ExpressSessionAdapter,
    OwnSignIns,
    ParentSignIns,
    SessionEvents,
    SessionLife,
    SessionList,
    SessionMiddleware,
    SessionUse,
    SignInReaper,
    SignInAgain,
    SignIns,
  ],
  exports: [
    AccountChange,
    ParentSignIns,
    SessionEvents,
    SessionStore,
    SessionLife,
    SessionList,
    SessionMiddleware,
    SignInReaper,
    SignIns,
  ],
})
export class SessionsModule implements OnModuleInit {
  constructor(
    private readonly store: SessionStore,
    private readonly use: SessionUse,
    private readonly sweeper: Sweeper,
    private readonly reaper: SignInReaper,
  ) {}

  onModuleInit(): void {
    this.sweeper.add('clocks of sessions', (now, most) => this.use.setRight(now, most));
    this.sweeper.add('clocks of sign_ins', (now, most) =>
      this.reaper.setRight(this.use.latestEnd(now), most),
    );
    this.sweeper.add('sessions', (now, most) => this.store.deleteExpired(now, most));
    this.sweeper.add('sign_ins', (now, most) => this.reaper.sweep(now, most));
  }
}
