import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { CryptoModule } from '../crypto/crypto.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { RecoveryModule } from '../recovery/recovery.module.js';
import { SecondFactorModule } from '../second-factor/second-factor.module.js';
import { UsersModule } from '../users/users.module.js';
import { Ceremonies } from './ceremonies.js';
import { Challenges } from './challenges.js';
import { CopyNews } from './copy-news.js';
import { PasskeyCheck } from './passkey-check.js';
import { Passkey } from './passkey.entity.js';
import { PasskeyKind } from './passkey-kind.js';
import { Passkeys } from './passkeys.js';
import { RelyingParty } from './relying-party.js';
import { WebAuthn } from './webauthn.js';

/** Passkeys as a kind of second factor, without pages: the command line needs that as well. */
@Module({
  imports: [
    AuditModule,
    CryptoModule,
    DatabaseModule,
    RecoveryModule,
    SecondFactorModule,
    UsersModule,
    TypeOrmModule.forFeature([Passkey]),
  ],
  providers: [Ceremonies, Challenges, CopyNews, PasskeyCheck, PasskeyKind, Passkeys, RelyingParty, WebAuthn],
  exports: [Ceremonies, PasskeyCheck, PasskeyKind, Passkeys, RelyingParty],
})
export class PasskeyKindModule {}
