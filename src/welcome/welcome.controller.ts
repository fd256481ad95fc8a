import { Controller, Get, Render, Req } from '@nestjs/common';
import type { Request } from 'express';
import { AppConfig } from '../config/app-config.js';
import { CurrentSession } from '../http/current-person.js';
import { Clock } from '../kernel/clock.js';
import type { CurrentSessionFacts } from '../kernel/principal.js';
import { welcomeView } from './welcome.view.js';

/**
 * The protected page: an example that a team replaces with its own module. There is nothing here about
 * guards, because every route is closed until it says `@Public()`.
 */
@Controller('welcome')
export class WelcomeController {
  constructor(
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  @Get()
  @Render('welcome/welcome')
  welcome(@Req() request: Request, @CurrentSession() session: CurrentSessionFacts) {
    const before = request.session.signInBefore ?? null;
    return welcomeView({ session, before }, this.config.session, this.clock.now());
  }
}
