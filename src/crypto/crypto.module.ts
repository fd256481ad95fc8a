import { Module } from '@nestjs/common';
import { PasswordHasher } from './password-hasher.js';

/** Gives the {@link PasswordHasher}; tokens and randomness are plain functions of this folder. */
@Module({ providers: [PasswordHasher], exports: [PasswordHasher] })
export class CryptoModule {}
