import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { SecondFactorModule } from '../second-factor/second-factor.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { ThrottleModule } from '../throttle/throttle.module.js';
import { UsersModule } from '../users/users.module.js';
import { AddPasskey } from './add-passkey.js';
import { BackInForce } from './back-in-force.js';
import { ChangePasskeys } from './change-passkeys.js';
import { EnterByPasskey } from './enter-by-passkey.js';
import { MovedHost } from './moved-host.js';
import { OnePasskeyController } from './one-passkey.controller.js';
import { PasskeyKindModule } from './passkey-kind.module.js';
import { ConfirmOptionsController } from './confirm-options.controller.js';
import { PasskeyChallengeController } from './passkey-challenge.controller.js';
import { PasskeySignInController } from './passkey-sign-in.controller.js';
import { PasskeysController } from './passkeys.controller.js';
import { PasskeySignInPage } from './passkey-sign-in-page.js';
import { PasskeysPage } from './passkeys-page.js';
import { ReadmitPasskey } from './readmit-passkey.js';
import { SignInByPasskey } from './sign-in-by-passkey.js';
import { VisitorChallenges } from './visitor-challenge.js';

/** Passkeys (WebAuthn): signing in with them, adding, naming and removing them. */
@Module({
  imports: [
    AuditModule,
    AuthModule,
    DatabaseModule,
    PasskeyKindModule,
    SecondFactorModule,
    SessionsModule,
    ThrottleModule,
    UsersModule,
  ],
  // What is called `add` and `options` is no passkey’s name: their routes come before those of one.
  controllers: [
    ConfirmOptionsController,
    PasskeyChallengeController,
    PasskeySignInController,
    PasskeysController,
    OnePasskeyController,
  ],
  providers: [
    AddPasskey,
    BackInForce,
    ChangePasskeys,
    EnterByPasskey,
    MovedHost,
    PasskeySignInPage,
    PasskeysPage,
    ReadmitPasskey,
    SignInByPasskey,
    VisitorChallenges,
  ],
})
export class PasskeysModule {}
