import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { AuditModule } from '../audit/audit.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { CryptoModule } from '../crypto/crypto.module.js';
import { CrossSiteGuard } from '../http/cross-site.guard.js';
import { FirstAnswers } from '../http/first-answers.js';
import { FormOwners } from '../http/form-owners.js';
import { NeedsMailGuard } from '../http/needs-mail.guard.js';
import { UnsavedForms } from '../http/unsaved-forms.js';
import { DatabaseModule } from '../database/database.module.js';
import { RecoveryModule } from '../recovery/recovery.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { ThrottleModule } from '../throttle/throttle.module.js';
import { UsersModule } from '../users/users.module.js';
import { Arrivals } from './arrivals.js';
import { ConfirmPassword } from './confirm-password.js';
import { ConfirmReasons } from './confirm-reasons.js';
import { ConfirmController } from './confirm.controller.js';
import { Entrance } from './entrance.js';
import { FirstStart } from './first-start.js';
import { ForgetBrowserController } from './forget-browser.controller.js';
import { FrontDoor } from './front-door.adapter.js';
import { LocalStrategy } from './local.strategy.js';
import { LoginPage } from './login-page.js';
import { Moments } from './moments.js';
import { PassportMiddleware } from './passport.middleware.js';
import { PasswordCheck } from './password-check.js';
import { RecentSignInGuard } from './recent-sign-in.guard.js';
import { SentOnceGuard } from './sent-once.guard.js';
import { SessionController } from './session.controller.js';
import { SessionSerializer } from './session.serializer.js';
import { SetupFirstGuard } from './setup-first.guard.js';
import { SetupController } from './setup.controller.js';
import { SignIn } from './sign-in.js';
import { SignInController } from './sign-in.controller.js';
import { SignOutController } from './sign-out.controller.js';
import { SignedInGuard } from './signed-in.guard.js';
import { WayHere } from './way-here.js';

/**
 * Signing in and out. Importing it closes every route of the application, also those of other modules: first
 * what other sites send is refused, then who is not signed in.
 */
@Module({
  imports: [
    AuditModule,
    CredentialsModule,
    CryptoModule,
    DatabaseModule,
    RecoveryModule,
    PassportModule,
    SessionsModule,
    ThrottleModule,
    UsersModule,
  ],
  controllers: [
    ConfirmController,
    ForgetBrowserController,
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
    Arrivals,
    ConfirmPassword,
    ConfirmReasons,
    Entrance,
    FirstAnswers,
    FirstStart,
    FormOwners,
    FrontDoor,
    LocalStrategy,
    LoginPage,
    Moments,
    PassportMiddleware,
    PasswordCheck,
    SessionSerializer,
    SignIn,
    UnsavedForms,
    WayHere,
  ],
  exports: [
    Arrivals,
    ConfirmPassword,
    Entrance,
    FormOwners,
    FrontDoor,
    LoginPage,
    PassportMiddleware,
    UnsavedForms,
    WayHere,
  ],
})
export class AuthModule {}
