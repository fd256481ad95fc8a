import { Controller, HttpCode, Logger, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import { Public, VisitorForm } from '../http/access.js';
import { originOf } from '../http/request-origin.js';
import { Clock } from '../kernel/clock.js';
import { minutes } from '../kernel/durations.js';
import { readReport } from './csp-report.js';

/** Reports a minute that are logged; anybody can send them, so they may not fill the disk. */
const LOGGED_A_MINUTE = 30;

/** Takes what browsers report of blocked content (ASVS 3.4.7). They send it with the cookie, but no token. */
@Controller('csp-report')
export class CspReportController {
  private readonly logger = new Logger('Security');
  private minute = 0;
  private logged = 0;

  constructor(private readonly clock: Clock) {}

  @Public()
  @VisitorForm()
  @Post()
  @HttpCode(204)
  report(@Req() request: Request): void {
    const minute = Math.floor(this.clock.now() / minutes(1));
    if (minute !== this.minute) [this.minute, this.logged] = [minute, 0];
    if (++this.logged > LOGGED_A_MINUTE) return;
    const { ip, requestId } = originOf(request);
    this.logger.warn({ event: 'csp_violation', requestId, ip, ...readReport(request.body) });
  }
}
