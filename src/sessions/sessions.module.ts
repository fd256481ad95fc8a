import { Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { Sweeper } from '../database/sweeper.js';
import { UsersModule } from '../users/users.module.js';
import { AccountChange } from './account-change.js';
import { ExpressSessionAdapter } from './express-session.adapter.js';
import { SessionLife } from './session-life.js';
import { SessionList } from './session-list.js';
import { SessionStore } from './session-store.js';
import { SessionRow } from './session.entity.js';
import { SessionMiddleware } from './session.middleware.js';
import { SqlSessionStore } from './sql-session.store.js';

/** Sessions: where they are kept, how they begin and end, and who sees them. */
@Module({
  imports: [AuditModule, DatabaseModule, UsersModule, TypeOrmModule.forFeature([SessionRow])],
  providers: [
    AccountChange,
    { provide: SessionStore, useClass: SqlSessionStore },
    ExpressSessionAdapter,
    SessionLife,
    SessionList,
    SessionMiddleware,
  ],
  exports: [AccountChange, SessionStore, SessionLife, SessionList, SessionMiddleware],
})
export class SessionsModule implements OnModuleInit {
  constructor(
    private readonly store: SessionStore,
    private readonly sweeper: Sweeper,
  ) {}

  onModuleInit(): void {
    this.sweeper.add('sessions', (now, most) => this.store.deleteExpired(now, most));
  }
}
