import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { CryptoModule } from '../crypto/crypto.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { CreateAccount } from './create-account.js';
import { Passwords } from './passwords.js';

/** Accounts are created and passwords set here, and nowhere else. */
@Module({
  imports: [AuditModule, CryptoModule, SessionsModule, UsersModule],
  providers: [CreateAccount, Passwords],
  exports: [CreateAccount, Passwords],
})
export class CredentialsModule {}
