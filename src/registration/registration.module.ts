import { Logger, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { AppConfig } from '../config/app-config.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { CryptoModule } from '../crypto/crypto.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { MailModule } from '../mail/mail.module.js';
import { RecoveryModule } from '../recovery/recovery.module.js';
import { ThrottleModule } from '../throttle/throttle.module.js';
import { UsersModule } from '../users/users.module.js';
import { AskForAccount } from './ask-for-account.js';
import { AskToConfirm } from './ask-to-confirm.js';
import { ConfirmAddress } from './confirm-address.js';
import { ConfirmEmailChange } from './confirm-email-change.js';
import { ConfirmRegistration } from './confirm-registration.js';
import { ConfirmStoredAddress } from './confirm-stored-address.js';
import { EmailChangeMails } from './email-change-mails.js';
import { Invitations } from './invitations.js';
import { Invite } from './invite.js';
import { NewAccount } from './new-account.js';
import { Register } from './register.js';
import { RegisterController } from './register.controller.js';
import { PendingEmailChange } from './pending-email-change.js';
import { RegistrationCheck } from './registration-check.js';
import { RequestEmailChange } from './request-email-change.js';
import { Resend } from './resend.js';
import { ResendController } from './resend.controller.js';
import { SentPage } from '../http/sent-page.js';

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
  controllers: [RegisterController, ResendController],
  providers: [
    AskForAccount,
    AskToConfirm,
    ConfirmAddress,
    ConfirmEmailChange,
    ConfirmRegistration,
    ConfirmStoredAddress,
    EmailChangeMails,
    Invitations,
    Invite,
    NewAccount,
    PendingEmailChange,
    Register,
    RegistrationCheck,
    RequestEmailChange,
    Resend,
    SentPage,
  ],
  exports: [AskToConfirm, ConfirmAddress, Invitations, Invite, PendingEmailChange, RequestEmailChange],
})
export class RegistrationModule implements OnApplicationBootstrap {
  private readonly logger = new Logger('Gatehouse');

  constructor(private readonly config: AppConfig) {}

  /** What the environment does not say is closed in production; whoever relied on another default reads why. */
  onApplicationBootstrap(): void {
    const { production, whereSet } = this.config;
    if (!production || whereSet('REGISTRATION') !== null) return;
    this.logger.log(
      'REGISTRATION is not set: nobody can register. Set it to open or invite to let people in, or to closed to silence this line.',
    );
  }
}
