import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Catalogue } from '../applications/catalogue.js';
import { AnswersJson, Public } from '../http/access.js';
import { MailHealth } from './mail-health.js';
import { Readiness } from './readiness.js';

/** For load balancers and supervisors. No session, no cookie, nothing about versions. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly readiness: Readiness,
    private readonly mails: MailHealth,
    private readonly catalogue: Catalogue,
  ) {}

  /** The process answers. */
  @Public()
  @AnswersJson()
  @Get('live')
  live() {
    return { status: 'ok' };
  }

  /**
   * The process can do its work: it has just written to the store and read it back. What keeps mails from
   * going stands beside it and changes nothing: no other node would be of more use.
   */
  @Public()
  @Get('ready')
  async ready(@Res({ passthrough: true }) response: Response) {
    const ready = await this.readiness.check();
    response.status(ready ? 200 : 503);
    if (!ready) response.setHeader('Retry-After', '5');
    const file = this.catalogue.inFile;
    const mails = ready ? await this.mails.trouble() : null;
    return {
      status: ready ? 'ok' : 'unavailable',
      ...this.readiness.warnings,
      ...(file === null ? {} : { applications: file.digest }),
      ...(mails === null ? {} : { mails }),
    };
  }
}
