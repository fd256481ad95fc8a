import { Controller, HttpCode, Logger, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import { Public, VisitorForm } from '../http/access.js';
import { originOf } from '../http/request-origin.js';
import { Clock } from '../kernel/clock.js';
import { PerMinute } from '../kernel/per-minute.js';
import { readReports } from './csp-report.js';

/** Reports a minute that are logged; anybody can send them, so they may not fill the disk. */
const LOGGED_A_MINUTE = 30;

/** Takes what browsers report of blocked content (ASVS 3.4.7). They send it with the cookie, but no token. */
@Controller('csp-report')
export class CspReportController {
  private readonly logger = new Logger('Security');
  private readonly lines: PerMinute;

  constructor(clock: Clock) {
    this.lines = new PerMinute(clock, LOGGED_A_MINUTE);
  }

  @Public()
  @VisitorForm()
  @Post()
  @HttpCode(204)
  report(@Req() request: Request): void {
    const { ip, requestId } = originOf(request);
    for (const violation of readReports(request.body)) {
      if (!this.lines.take()) return;
      this.logger.warn({ event: 'csp_violation', requestId, ip, ...violation });
    }
  }
}
