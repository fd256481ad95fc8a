import { Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { In } from 'typeorm';
import { ApplicationsModule } from '../applications/applications.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { Compromise } from '../credentials/compromise.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { GroupsModule } from '../groups/groups.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SignIns } from '../sessions/sign-ins.js';
import { UsersModule } from '../users/users.module.js';
import { AccessToken } from './access-token.entity.js';
import { AccessTokens } from './access-tokens.js';
import { ApplicationSession } from './application-session.entity.js';
import { ApplicationSessions } from './application-sessions.js';
import { EndHolding } from './end-holding.js';
import { EntryTicket } from './entry-ticket.entity.js';
import { LostPermission } from './lost-permission.js';
import { OpenedApplications } from './opened-applications.js';
import { PermissionEndings } from './permission-endings.js';

/** What people have of applications, and all that ends it: in the server, and for commands. */
@Module({
  imports: [
    ApplicationsModule,
    AuditModule,
    CredentialsModule,
    DatabaseModule,
    GroupsModule,
    SessionsModule,
    UsersModule,
    TypeOrmModule.forFeature([AccessToken, ApplicationSession, EntryTicket]),
  ],
  providers: [
    AccessTokens,
    ApplicationSessions,
    EndHolding,
    LostPermission,
    OpenedApplications,
    PermissionEndings,
  ],
  exports: [AccessTokens, ApplicationSessions, EndHolding, LostPermission, OpenedApplications],
})
export class ApplicationEndingsModule implements OnModuleInit {
  constructor(
    private readonly signIns: SignIns,
    private readonly compromise: Compromise,
  ) {}

  onModuleInit(): void {
    this.signIns.onEnd(async (manager, ended) => {
      const signInId = In(ended.map(({ id }) => id));
      // Tickets first: one that is being spent at this moment has become a session by then, which goes as well.
      await manager.delete(EntryTicket, { signInId });
      await manager.delete(ApplicationSession, { signInId });
    });
    this.compromise.add('gatehouse access tokens', async (manager, userId) => {
      await manager.delete(AccessToken, { userId });
    });
  }
}
