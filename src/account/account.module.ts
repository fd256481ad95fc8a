import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { GroupsModule } from '../groups/groups.module.js';
import { RecoveryModule } from '../recovery/recovery.module.js';
import { RegistrationModule } from '../registration/registration.module.js';
import { SecondFactorModule } from '../second-factor/second-factor.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { ThrottleModule } from '../throttle/throttle.module.js';
import { UsersModule } from '../users/users.module.js';
import { ActivityController } from './activity.controller.js';
import { ChangeOwnPassword } from './change-own-password.js';
import { CloseAccount } from './close-account.js';
import { CloseController } from './close.controller.js';
import { ConfirmEmailController } from './confirm-email.controller.js';
import { DevicesController } from './devices.controller.js';
import { EmailController } from './email.controller.js';
import { EventWords } from './event-words.js';
import { OwnAccount } from './own-account.js';
import { OwnDataController } from './own-data.controller.js';
import { OwnData } from './own-data.js';
import { OwnPassword } from './own-password.js';
import { PasswordLinkController } from './password-link.controller.js';
import { PasswordController } from './password.controller.js';
import { Profile } from './profile.js';
import { ProfilePage } from './profile-page.js';
import { AuthenticatorController } from './security/authenticator.controller.js';
import { FactorResetController } from './security/factor-reset.controller.js';
import { OwnAdvice } from './security/own-advice.js';
import { OwnAuthenticator } from './security/own-authenticator.js';
import { OwnRecoveryCodes } from './security/own-recovery-codes.js';
import { RecoveryCodesController } from './security/recovery-codes.controller.js';
import { SecurityPage } from './security/security-page.js';
import { SecurityController } from './security/security.controller.js';
import { ProfileController } from './profile.controller.js';

/** A person's own pages. */
@Module({
  imports: [
    AuditModule,
    AuthModule,
    CredentialsModule,
    DatabaseModule,
    GroupsModule,
    RecoveryModule,
    RegistrationModule,
    SecondFactorModule,
    SessionsModule,
    ThrottleModule,
    UsersModule,
  ],
  controllers: [
    ActivityController,
    AuthenticatorController,
    CloseController,
    ConfirmEmailController,
    DevicesController,
    EmailController,
    FactorResetController,
    OwnDataController,
    PasswordController,
    PasswordLinkController,
    ProfileController,
    RecoveryCodesController,
    SecurityController,
  ],
  providers: [
    ChangeOwnPassword,
    CloseAccount,
    EventWords,
    OwnAccount,
    OwnAuthenticator,
    OwnData,
    OwnPassword,
    OwnRecoveryCodes,
    Profile,
    ProfilePage,
    OwnAdvice,
    SecurityPage,
  ],
})
export class AccountModule {}
