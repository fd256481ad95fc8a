import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccountChange } from './account-change.js';
import { ExpressSessionAdapter } from './express-session.adapter.js';
import { SessionLife } from './session-life.js';
import { SessionList } from './session-list.js';
import { SessionStore } from './session-store.js';
import { SessionSweeper } from './session-sweeper.js';
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
    SessionSweeper,
  ],
  exports: [AccountChange, SessionStore, SessionLife, SessionList, SessionMiddleware],
})
export class SessionsModule {}
