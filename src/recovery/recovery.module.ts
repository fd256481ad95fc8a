import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { MailModule } from '../mail/mail.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { ThrottleModule } from '../throttle/throttle.module.js';
import { UsersModule } from '../users/users.module.js';
import { AfterReset } from './after-reset.js';
import { ForgotPassword } from './forgot-password.js';
import { ForgotController } from './forgot.controller.js';
import { MailAskers } from './mail-asker.js';
import { NotMe } from './not-me.js';
import { Notices } from './notices.js';
import { OperatorResets } from './operator-resets.js';
import { ResetMails } from './reset-mails.js';
import { RestingPassword } from './resting-password.js';
import { ResetPassword } from './reset-password.js';

/** Getting back in, and keeping others out: forgotten passwords, notices, "this was not me". */
@Module({
  imports: [
    AuditModule,
    CredentialsModule,
    DatabaseModule,
    MailModule,
    SessionsModule,
    ThrottleModule,
    UsersModule,
  ],
  controllers: [ForgotController],
  providers: [
    AfterReset,
    ForgotPassword,
    MailAskers,
    NotMe,
    Notices,
    OperatorResets,
    ResetMails,
    ResetPassword,
    RestingPassword,
  ],
  exports: [ForgotPassword, NotMe, Notices, OperatorResets, ResetMails, ResetPassword, RestingPassword],
})
export class RecoveryModule {}
