import { Controller, Get, Render } from '@nestjs/common';
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
  welcome(@CurrentSession() session: CurrentSessionFacts) {
    return welcomeView(session, this.config.session, this.clock.now());
  }
}
