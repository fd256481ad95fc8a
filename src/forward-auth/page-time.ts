import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { Clock, type Instant } from '../kernel/clock.js';

/** What the page is shown by: the present, and who may register. */
@Injectable()
export class PageTime {
  constructor(
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  get now(): Instant {
    return this.clock.now();
  }

  get policy() {
    return { registrationOpen: this.config.registration === 'open' };
  }
}
