import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Controller, Get, NotFoundException, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/app-config.js';
import { Public } from '../http/access.js';
import { isAtThisMachine } from '../http/request-origin.js';
import { outboxIn } from '../mail/outbox.transport.js';

/** The latest mails shown. */
const SHOWN = 50;

/** Shows the mails of the outbox while developing, to this machine only. Anywhere else there is no such page. */
@Controller('dev/mail')
export class DevMailController {
  constructor(private readonly config: AppConfig) {}

  @Public()
  @Get()
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    if (this.config.production || !isAtThisMachine(request)) throw new NotFoundException();
    response.render('dev/mail', { mails: await mailsIn(outboxIn(this.config.dataDir)) });
  }
}

/** The newest first: headers and text of each, and its links. */
async function mailsIn(folder: string) {
  const names = (await readdir(folder).catch(() => [])).filter(name => name.endsWith('.eml'));
  const dated = await Promise.all(
    names.map(async name => ({ name, at: (await stat(join(folder, name))).mtimeMs })),
  );
  const latest = dated.sort((a, b) => b.at - a.at).slice(0, SHOWN);
  return Promise.all(latest.map(async ({ name }) => mailView(await readFile(join(folder, name), 'utf8'))));
}

function mailView(eml: string) {
  const header = (name: string) => new Map(headersOf(eml)).get(name) ?? '';
  const text = eml.split('\n\n')[2] === undefined ? '' : textPart(eml);
  return { to: header('To'), subject: header('Subject'), text, links: text.match(/https?:\/\/\S+/g) ?? [] };
}

const headersOf = (eml: string): [string, string][] =>
  (eml.split('\n\n')[0] ?? '')
    .split('\n')
    .map(line => [line.split(': ')[0] ?? '', line.slice(line.indexOf(': ') + 2)]);

/** What stands between the first part's headers and the next boundary. */
const textPart = (eml: string): string => /text\/plain[^]*?\n\n([^]*?)\n--=_/.exec(eml)?.[1] ?? '';
