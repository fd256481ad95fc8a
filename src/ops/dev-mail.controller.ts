import { Controller, Get, NotFoundException, Param, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AppConfig } from '../config/app-config.js';
import { Public } from '../http/access.js';
import { FRAMED_HEADERS } from '../http/security-headers.js';
import { Clock } from '../kernel/clock.js';
import type { OutgoingMail } from '../mail/mail-transport.js';
import { latestIn, mailIn, outboxIn } from '../mail/outbox-files.js';
import { timeView } from '../pages/time-in-words.js';
import { OnlyDeveloping } from './only-developing.guard.js';

/** The latest mails shown. */
const SHOWN = 50;

/** Shows the mails of the outbox while developing, to this machine only. Anywhere else there are no such pages. */
@UseGuards(OnlyDeveloping)
@Controller('dev/mail')
export class DevMailController {
  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  @Public()
  @Get()
  async list(@Res() response: Response): Promise<void> {
    const mails = await latestIn(this.outbox, SHOWN);
    response.render('dev/outbox', { mails: mails.map(mail => this.headOf(mail)) });
  }

  /** One mail, as HTML in a frame and as text. */
  @Public()
  @Get(':id')
  async open(@Req() request: Request, @Res() response: Response, @Param('id') id: string): Promise<void> {
    const mail = await this.find(id);
    request.gatehouse.hasFrames = true;
    response.render('dev/mail', { ...this.headOf(mail), text: withLinks(mail.text) });
  }

  /** What the frame shows: the mail's own HTML, which may run nothing and load nothing. */
  @Public()
  @Get(':id/html')
  async html(@Res() response: Response, @Param('id') id: string): Promise<void> {
    const { html } = await this.find(id);
    for (const [name, value] of FRAMED_HEADERS) response.setHeader(name, value);
    response.type('html').send(html);
  }

  private async find(id: string): Promise<OutgoingMail> {
    const mail = await mailIn(this.outbox, id);
    if (mail === null) throw new NotFoundException();
    return mail;
  }

  private get outbox(): string {
    return outboxIn(this.config.dataDir);
  }

  private headOf({ id, to, subject, madeAt }: OutgoingMail) {
    return { id, to, subject, sent: timeView(madeAt, this.clock.now()) };
  }
}

/** A text in pieces: those that are addresses can be followed. */
const withLinks = (text: string) =>
  text.split(/(https?:\/\/\S+)/).map((piece, n) => (n % 2 === 0 ? { words: piece } : { link: piece }));
