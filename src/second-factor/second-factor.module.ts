import { Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { Compromise } from '../credentials/compromise.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { CryptoModule } from '../crypto/crypto.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { MailModule } from '../mail/mail.module.js';
import { RecoveryModule } from '../recovery/recovery.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { ThrottleModule } from '../throttle/throttle.module.js';
import { UsersModule } from '../users/users.module.js';
import { Authenticator } from './authenticator.entity.js';
import { Authenticators } from './authenticators.js';
import { Enrolment } from './enrolment.js';
import { FactorReset } from './factor-reset.entity.js';
import { FactorResets } from './factor-resets.js';
import { LostFactors } from './lost-factors.js';
import { ResetCodes } from './reset-codes.js';
import { ResetAfterEnabling } from './reset-after-enabling.js';
import { ResetNotices } from './reset-notices.js';
import { ResetProgress } from './reset-progress.js';
import { ResetSweep } from './reset-sweep.js';
import { FactorKinds } from './factor-kinds.js';
import { Factors } from './factors.js';
import { RecoveryCode } from './recovery-code.entity.js';
import { RecoveryCodes } from './recovery-codes.js';
import { SealedForms } from './sealed-forms.js';
import { SecondFactorPolicy } from './second-factor-policy.js';
import { SecondStep } from './second-step.js';
import { SignInStep } from './sign-in-step.entity.js';
import { OwnSecondFactors } from './own-second-factors.js';
import { SuspendFactors } from './suspend-factors.js';
import { SignInSteps } from './sign-in-steps.js';
import { WakeCodes } from './wake-codes.js';

/** What people show beside their password: which factors there are, what may be lost of them, and the second step. */
@Module({
  imports: [
    AuditModule,
    CredentialsModule,
    CryptoModule,
    DatabaseModule,
    MailModule,
    RecoveryModule,
    SessionsModule,
    ThrottleModule,
    TypeOrmModule.forFeature([Authenticator, FactorReset, RecoveryCode, SignInStep]),
    UsersModule,
  ],
  providers: [
    FactorKinds,
    Factors,
    Authenticators,
    RecoveryCodes,
    ResetCodes,
    ResetAfterEnabling,
    ResetNotices,
    ResetProgress,
    ResetSweep,
    FactorResets,
    LostFactors,
    Enrolment,
    SealedForms,
    SecondFactorPolicy,
    SecondStep,
    SignInSteps,
    SuspendFactors,
    OwnSecondFactors,
    WakeCodes,
  ],
  exports: [
    Authenticators,
    Enrolment,
    FactorKinds,
    Factors,
    FactorResets,
    LostFactors,
    RecoveryCodes,
    ResetCodes,
    SealedForms,
    SecondFactorPolicy,
    SecondStep,
    SignInSteps,
  ],
})
export class SecondFactorModule implements OnModuleInit {
  constructor(
    private readonly compromise: Compromise,
    private readonly suspension: SuspendFactors,
    private readonly steps: SignInSteps,
  ) {}

  onModuleInit(): void {
    // Their password is another by now.
    this.compromise.add('gatehouse second steps', async (manager, userId) => {
      await this.steps.endAll(manager, userId);
    });
    this.compromise.add('gatehouse second factors', (...what) => this.suspension.atCompromise(...what));
  }
}
