import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Controller, Get, Logger, Res } from '@nestjs/common';
import type { Response } from 'express';
import { AnswersJson } from '../http/access.js';
import { CurrentUser } from '../http/current-person.js';
import type { CurrentPerson } from '../kernel/principal.js';
import { OwnData } from './own-data.js';

/** Everything that is stored about somebody, for them to take away. */
@Controller('account/data')
export class OwnDataController {
  private readonly logger = new Logger('OwnData');

  constructor(private readonly data: OwnData) {}

  /** What fails before the first piece is answered like anything else; later the download is broken off, not ended. */
  @AnswersJson()
  @Get()
  async download(@Res() response: Response, @CurrentUser() person: CurrentPerson): Promise<void> {
    const pieces = this.data.textOf(person);
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
