import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Controller, Get, Logger, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AuditLog } from '../audit/audit-log.js';
import { FrontDoor } from '../auth/front-door.adapter.js';
import { AnswersJson, RequireRecentSignIn } from '../http/access.js';
import { CurrentUser } from '../http/current-person.js';
import { originOf } from '../http/request-origin.js';
import { nobodyHere } from '../http/unauthorized.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { TO_DOWNLOAD } from './account.words.js';
import { OwnData } from './own-data.js';

/** Everything that is stored about somebody, for them to take away. */
@Controller('account/data')
export class OwnDataController {
  private readonly logger = new Logger('OwnData');

  constructor(
    private readonly data: OwnData,
    private readonly door: FrontDoor,
    private readonly audit: AuditLog,
  ) {}

  /** What fails before the first piece is answered like anything else; later the download is broken off, not ended. */
  @RequireRecentSignIn({ form: '/account', to: TO_DOWNLOAD })
  @AnswersJson()
  @Get()
  async download(
    @Req() request: Request,
    @Res() response: Response,
    @CurrentUser() person: CurrentPerson,
  ): Promise<void> {
    const own = this.door.sessionOf(request);
    if (own === null) throw nobodyHere(request);
    const pieces = this.data.textOf(person, own);
    const first = await pieces.next();
    this.record(person, request);
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.setHeader('Content-Disposition', 'attachment; filename="gatehouse-data.json"');
    const all = Readable.from(chained(first.done === true ? '' : first.value, pieces), { highWaterMark: 1 });
    await pipeline(all, response).catch((error: unknown) =>
      this.logger.warn({ event: 'sys_download_broken', reason: String(error) }),
    );
  }

  private record({ id: userId }: CurrentPerson, request: Request): void {
    const session = request.gatehouse.principal?.session.logName ?? null;
    const read = { event: 'sensitive_read', outcome: 'success', userId, session } as const;
    this.audit.record({ ...read, facts: { what: 'own-data' } }, originOf(request));
  }
}

async function* chained(first: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield first;
  yield* rest;
}
