import { Module } from '@nestjs/common';
import { WelcomeController } from './welcome.controller.js';

/** The page people see once they are signed in. Replace it with your own. */
@Module({ controllers: [WelcomeController] })
export class WelcomeModule {}
