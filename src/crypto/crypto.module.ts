import { Module } from '@nestjs/common';
import { HASH_COST, HashCost } from './hash-cost.js';
import { PasswordHasher } from './password-hasher.js';
import { SecretRing } from './secret-ring.js';

/** Gives the {@link PasswordHasher} and the {@link SecretRing}; tokens and randomness are plain functions of this folder. */
@Module({
  providers: [{ provide: HashCost, useValue: HASH_COST }, PasswordHasher, SecretRing],
  exports: [PasswordHasher, SecretRing],
})
export class CryptoModule {}
