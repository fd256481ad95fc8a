import { Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ApplicationsModule } from '../applications/applications.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { CryptoModule } from '../crypto/crypto.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { Sweeper } from '../database/sweeper.js';
import { Transaction } from '../database/transaction.js';
import { GroupsModule } from '../groups/groups.module.js';
import { SecondFactorModule } from '../second-factor/second-factor.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { ApplicationHost, HostDoors, HostSight } from './application-host.middleware.js';
import { ApplicationEndingsModule } from './application-endings.module.js';
import { ApplicationSession } from './application-session.entity.js';
import { AccessToken, TOKEN_ROWS } from './access-token.entity.js';
import { AppsController } from './apps.controller.js';
import { AppsPage } from './apps-page.js';
import { AssertionKeysController } from './assertion-keys.controller.js';
import { Assertions } from './assertions.js';
import { EnterApplication } from './enter-application.js';
import { EnterController } from './enter.controller.js';
import { EnterHost, EnterHostParts } from './enter-host.js';
import { EntryTicket, TICKET_ROWS } from './entry-ticket.entity.js';
import { FutureRows } from './future-rows.js';
import { Gate } from './gate.js';
import { GateLookUp } from './gate-look-up.js';
import { GateReplies } from './gate-replies.js';
import { GateServer } from './gate-server.js';
import { GateView } from './gate-view.js';
import { HeldByPerson } from './held-by-person.js';
import { HostCookies } from './host-cookies.js';
import { HostPage } from './host-page.js';
import { Insiders } from './insiders.js';
import { LeaveHost } from './leave-host.js';
import { MakeToken } from './make-token.js';
import { NotOffered } from './not-offered.js';
import { OwnApplications } from './own-applications.js';
import { OwnTokens } from './own-tokens.js';
import { PageTime } from './page-time.js';
import { Ping } from './ping.js';
import { Start } from './start.js';
import { Tickets } from './tickets.js';
import { TokenBearers } from './token-bearers.js';
import { TokenLookUp } from './token-look-up.js';
import { TokenOffers } from './token-offers.js';
import { TokensController } from './tokens.controller.js';
import { TokensPage } from './tokens-page.js';

/** Who may go on to an application behind a proxy: the proxies' question, and how people enter and leave. */
@Module({
  imports: [
    ApplicationEndingsModule,
    ApplicationsModule,
    AuditModule,
    AuthModule,
    CredentialsModule,
    CryptoModule,
    DatabaseModule,
    GroupsModule,
    SecondFactorModule,
    SessionsModule,
    UsersModule,
    TypeOrmModule.forFeature([AccessToken, ApplicationSession, EntryTicket]),
  ],
  controllers: [AppsController, AssertionKeysController, EnterController, TokensController],
  providers: [
    MakeToken,
    OwnTokens,
    TokenBearers,
    TokenLookUp,
    TokenOffers,
    TokensPage,
    ApplicationHost,
    AppsPage,
    Assertions,
    EnterApplication,
    EnterHost,
    EnterHostParts,
    FutureRows,
    Gate,
    GateLookUp,
    GateReplies,
    GateServer,
    GateView,
    HeldByPerson,
    HostCookies,
    HostDoors,
    HostSight,
    HostPage,
    Insiders,
    LeaveHost,
    NotOffered,
    OwnApplications,
    PageTime,
    Ping,
    Start,
    Tickets,
  ],
  exports: [ApplicationHost, GateServer, HostPage],
})
export class ForwardAuthModule implements OnModuleInit {
  constructor(
    private readonly sweeper: Sweeper,
    private readonly transaction: Transaction,
    private readonly notOffered: NotOffered,
    private readonly future: FutureRows,
  ) {}

  onModuleInit(): void {
    this.sweeper.add('clocks of what people have of applications', now => this.future.setRight(now));
    this.sweeper.add('entry_tickets', (now, most) => this.transaction.deleteOld(TICKET_ROWS, now, most));
    this.sweeper.add('access_tokens', (now, most) => this.transaction.deleteOld(TOKEN_ROWS, now, most));
    this.sweeper.add('what applications do not offer', now => this.notOffered.look(now));
  }
}
