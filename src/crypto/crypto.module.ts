import { Module } from '@nestjs/common';
import { PasswordHasher } from './password-hasher.js';
import { SecretRing } from './secret-ring.js';

/** Gives the {@link PasswordHasher} and the {@link SecretRing}; tokens and randomness are plain functions of this folder. */
@Module({ providers: [PasswordHasher, SecretRing], exports: [PasswordHasher, SecretRing] })
export class CryptoModule {}
