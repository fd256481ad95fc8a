import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DatabaseModule } from '../database/database.module.js';
import { AttemptStore } from './attempt-store.js';
import { Attempts } from './attempts.entity.js';
import { MailBudget } from './mail-budget.js';
import { SignInThrottle } from './sign-in-throttle.js';

/** Makes guessing slow. */
@Module({
  imports: [DatabaseModule, TypeOrmModule.forFeature([Attempts])],
  providers: [AttemptStore, MailBudget, SignInThrottle],
  exports: [MailBudget, SignInThrottle],
})
export class ThrottleModule {}
