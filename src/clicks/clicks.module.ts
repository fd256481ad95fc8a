import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DatabaseModule } from '../database/database.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { FirstAnswers } from './first-answers.js';
import { FirstClicks } from './first-clicks.adapter.js';
import { FormAnswer } from './form-answer.entity.js';

/** The second of two clicks on a button is answered like the first. */
@Module({
  imports: [DatabaseModule, SessionsModule, TypeOrmModule.forFeature([FormAnswer])],
  providers: [FirstAnswers, FirstClicks],
  exports: [FirstClicks],
})
export class ClicksModule {}
