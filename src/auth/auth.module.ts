import { Module, type OnModuleInit } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { ApplicationsModule } from '../applications/applications.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { ClicksModule } from '../clicks/clicks.module.js';
import { SentOnceGuard } from '../clicks/sent-once.guard.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { CryptoModule } from '../crypto/crypto.module.js';
import { PasswordHasher } from '../crypto/password-hasher.js';
import { CrossSiteGuard } from '../http/cross-site.guard.js';
import { FormOwners } from '../http/form-owners.js';
import { NeedsMailGuard } from '../http/needs-mail.guard.js';
import { UnsavedForms } from '../http/unsaved-forms.js';
import { DatabaseModule } from '../database/database.module.js';
import { Transaction } from '../database/transaction.js';
import { MailModule } from '../mail/mail.module.js';
import { RecoveryModule } from '../recovery/recovery.module.js';
import { SecondFactorModule } from '../second-factor/second-factor.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { ThrottleModule } from '../throttle/throttle.module.js';
import { UsersModule } from '../users/users.module.js';
import { AfterAdding } from './after-adding.js';
import { AfterPassword } from './after-password.adapter.js';
import { ArrivalNews } from './arrival-news.js';
import { Arrivals } from './arrivals.js';
import { ChangeFactors } from './change-factors.js';
import { CompleteSignIn } from './complete-sign-in.js';
import { ConfirmFactor } from './confirm-factor.js';
import { ConfirmPage } from './confirm-page.js';
import { ConfirmPassword } from './confirm-password.js';
import { ConfirmReasons } from './confirm-reasons.js';
import { ConfirmController } from './confirm.controller.js';
import { EnrolFirst } from './enrol-first.js';
import { FactorNews } from './factor-news.js';
import { NewAuthenticator } from './new-authenticator.js';
import { StepNotices } from './step-notices.js';
import { Entrance } from './entrance.js';
import { FirstAccount } from './first-account.js';
import { FirstStart } from './first-start.js';
import { ForgetBrowserController } from './forget-browser.controller.js';
import { FrontDoor } from './front-door.adapter.js';
import { LocalStrategy } from './local.strategy.js';
import { LeadOnward } from './onward.adapter.js';
import { LoginPage } from './login-page.js';
import { Moments } from './moments.js';
import { PassportMiddleware } from './passport.middleware.js';
import { PasswordCheck } from './password-check.js';
import { RecentSignInGuard } from './recent-sign-in.guard.js';
import { ResetCodeController } from './reset-code.controller.js';
import { SendResetCode } from './send-reset-code.js';
import { SecondStepPage } from './second-step-page.js';
import { SecondStepController } from './second-step.controller.js';
import { SessionController } from './session.controller.js';
import { SessionSerializer } from './session.serializer.js';
import { SetupFirstGuard } from './setup-first.guard.js';
import { SetupController } from './setup.controller.js';
import { SignIn } from './sign-in.js';
import { SignInEvents } from './sign-in-events.js';
import { SignInCompleted } from './sign-in-completed.js';
import { SignInController } from './sign-in.controller.js';
import { SignOutController } from './sign-out.controller.js';
import { SignedInGuard } from './signed-in.guard.js';
import { StepDoor } from './step-door.adapter.js';
import { StrengthGuard } from './strength.guard.js';
import { WayHere } from './way-here.js';

/**
 * Signing in and out. Importing it closes every route of the application, also those of other modules: first
 * what other sites send is refused, then who is not signed in.
 */
@Module({
  imports: [
    ApplicationsModule,
    AuditModule,
    ClicksModule,
    CredentialsModule,
    CryptoModule,
    DatabaseModule,
    MailModule,
    RecoveryModule,
    PassportModule,
    SecondFactorModule,
    SessionsModule,
    ThrottleModule,
    UsersModule,
  ],
  controllers: [
    ConfirmController,
    ForgetBrowserController,
    ResetCodeController,
    SecondStepController,
    SessionController,
    SignInController,
    SignOutController,
    SetupController,
  ],
  providers: [
    { provide: APP_GUARD, useClass: CrossSiteGuard },
    { provide: APP_GUARD, useClass: SetupFirstGuard },
    { provide: APP_GUARD, useClass: SentOnceGuard },
    { provide: APP_GUARD, useClass: SignedInGuard },
    { provide: APP_GUARD, useClass: NeedsMailGuard },
    { provide: APP_GUARD, useClass: RecentSignInGuard },
    { provide: APP_GUARD, useClass: StrengthGuard },
    AfterAdding,
    AfterPassword,
    ArrivalNews,
    Arrivals,
    ChangeFactors,
    CompleteSignIn,
    ConfirmFactor,
    ConfirmPage,
    ConfirmPassword,
    ConfirmReasons,
    EnrolFirst,
    Entrance,
    FactorNews,
    FirstAccount,
    FirstStart,
    FormOwners,
    FrontDoor,
    LeadOnward,
    LocalStrategy,
    LoginPage,
    Moments,
    NewAuthenticator,
    PassportMiddleware,
    PasswordCheck,
    SecondStepPage,
    SendResetCode,
    SessionSerializer,
    SignIn,
    SignInEvents,
    SignInCompleted,
    StepDoor,
    StepNotices,
    UnsavedForms,
    WayHere,
  ],
  exports: [
    AfterAdding,
    Arrivals,
    ChangeFactors,
    ConfirmPassword,
    Entrance,
    FormOwners,
    FrontDoor,
    LeadOnward,
    LoginPage,
    PassportMiddleware,
    UnsavedForms,
    WayHere,
  ],
})
export class AuthModule implements OnModuleInit {
  constructor(
    private readonly transaction: Transaction,
    private readonly hasher: PasswordHasher,
  ) {}

  /** What a sign-in writes may wait for others while its password would, so that they go to the disk together. */
  onModuleInit(): void {
    this.transaction.whileBusy(() => this.hasher.slack);
  }
}
