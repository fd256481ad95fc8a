import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { RecoveryModule } from '../recovery/recovery.module.js';
import { RegistrationModule } from '../registration/registration.module.js';
import { UsersModule } from '../users/users.module.js';
import { InviteController } from './invite.controller.js';
import { NotMeController } from './not-me.controller.js';
import { ResetController } from './reset.controller.js';
import { SignInAtOnce } from './at-once.adapter.js';
import { VerifyController } from './verify.controller.js';

/** The pages that mailed links open. */
@Module({
  imports: [AuditModule, AuthModule, RecoveryModule, RegistrationModule, UsersModule],
  controllers: [InviteController, NotMeController, ResetController, VerifyController],
  providers: [SignInAtOnce],
})
export class LinksModule {}
