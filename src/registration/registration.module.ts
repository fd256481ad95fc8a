import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { CryptoModule } from '../crypto/crypto.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { MailModule } from '../mail/mail.module.js';
import { RecoveryModule } from '../recovery/recovery.module.js';
import { ThrottleModule } from '../throttle/throttle.module.js';
import { UsersModule } from '../users/users.module.js';
import { ConfirmAddress } from './confirm-address.js';
import { ConfirmEmailChange } from './confirm-email-change.js';
import { EmailChangeMails } from './email-change-mails.js';
import { Invitations } from './invitations.js';
import { Invite } from './invite.js';
import { InviteController } from './invite.controller.js';
import { NewAccount } from './new-account.js';
import { Register } from './register.js';
import { RegisterController } from './register.controller.js';
import { RegistrationCheck } from './registration-check.js';
import { RequestEmailChange } from './request-email-change.js';
import { Resend } from './resend.js';
import { ResendController } from './resend.controller.js';
import { VerifyController } from './verify.controller.js';

/** How people come to an account, and how their address is confirmed. */
@Module({
  imports: [
    AuditModule,
    CredentialsModule,
    CryptoModule,
    DatabaseModule,
    MailModule,
    RecoveryModule,
    ThrottleModule,
    UsersModule,
  ],
  controllers: [InviteController, RegisterController, ResendController, VerifyController],
  providers: [
    ConfirmAddress,
    ConfirmEmailChange,
    EmailChangeMails,
    Invitations,
    Invite,
    NewAccount,
    Register,
    RegistrationCheck,
    RequestEmailChange,
    Resend,
  ],
  exports: [Invite, RequestEmailChange],
})
export class RegistrationModule {}
