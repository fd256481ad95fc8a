import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { CryptoModule } from '../crypto/crypto.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { MailModule } from '../mail/mail.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { AcceptablePassword } from './acceptable-password.js';
import { Compromise } from './compromise.js';
import { CreateAccount } from './create-account.js';
import { DeletePerson } from './delete-person.js';
import { MailedTokens } from './mailed-tokens.js';
import { OneTimeToken } from './one-time-token.entity.js';
import { OneTimeTokens } from './one-time-tokens.js';
import { Passwords } from './passwords.js';

/** Accounts are created and deleted and passwords set here, and nowhere else. */
@Module({
  imports: [
    AuditModule,
    CryptoModule,
    DatabaseModule,
    MailModule,
    SessionsModule,
    TypeOrmModule.forFeature([OneTimeToken]),
    UsersModule,
  ],
  providers: [
    AcceptablePassword,
    Compromise,
    CreateAccount,
    DeletePerson,
    MailedTokens,
    OneTimeTokens,
    Passwords,
  ],
  exports: [AcceptablePassword, Compromise, CreateAccount, DeletePerson, OneTimeTokens, Passwords],
})
export class CredentialsModule {}
