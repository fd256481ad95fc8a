import { Module } from '@nestjs/common';
import { DataKeys } from './data-keys.js';
import { HASH_COST, HashCost } from './hash-cost.js';
import { PasswordHasher } from './password-hasher.js';
import { SecretRing } from './secret-ring.js';

/**
 * Gives the {@link PasswordHasher}, the {@link SecretRing} of what is short-lived and the {@link DataKeys} of what lasts;
 * tokens and randomness are plain functions of this folder.
 */
@Module({
  providers: [{ provide: HashCost, useValue: HASH_COST }, PasswordHasher, SecretRing, DataKeys],
  exports: [PasswordHasher, SecretRing, DataKeys],
})
export class CryptoModule {}
