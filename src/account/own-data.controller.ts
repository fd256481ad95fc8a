import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Controller, Get, Logger, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { FrontDoor } from '../auth/front-door.adapter.js';
import { AnswersJson } from '../http/access.js';
import { CurrentUser } from '../http/current-person.js';
import { nobodyHere } from '../http/unauthorized.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { OwnData } from './own-data.js';

/** Everything that is stored about somebody, for them to take away. */
@Controller('account/data')
export class OwnDataController {
  private readonly logger = new Logger('OwnData');

  constructor(
    private readonly data: OwnData,
    private readonly door: FrontDoor,
  ) {}

  /** What fails before the first piece is answered like anything else; later the download is broken off, not ended. */
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
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.setHeader('Content-Disposition', 'attachment; filename="gatehouse-data.json"');
    const all = Readable.from(chained(first.done === true ? '' : first.value, pieces), { highWaterMark: 1 });
    await pipeline(all, response).catch((error: unknown) =>
      this.logger.warn({ event: 'sys_download_broken', reason: String(error) }),
    );
  }
}

async function* chained(first: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield first;
  yield* rest;
}
