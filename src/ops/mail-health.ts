import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { NO_MAILS } from '../mail/mail-news.js';
import { WaitingMails } from '../mail/waiting-mails.js';
import { iso } from '../kernel/clock.js';

/** What keeps mails from going, as JSON for operators' machines. */
export type MailsInHealth = MailsThatWait | MailsOff;

/** There is no way for mails. */
export interface MailsOff {
  readonly off: true;
  /** Mails that wait from before. */
  readonly waiting: number;
  readonly warning: string;
}

/** A mail server that does not take them. */
export interface MailsThatWait {
  /** Mails that wait after a try that failed. */
  readonly waiting: number;
  /** The mail server's own words, without the recipient. */
  readonly answer: string;
  /** When it said so, ISO 8601. */
  readonly triedAt: string | null;
}

/** Tells of mails that wait. Looks that come while one is under way share its answer: anybody may ask. */
@Injectable()
export class MailHealth {
  private looking: Promise<MailsInHealth | null> | null = null;

  constructor(
    private readonly config: AppConfig,
    private readonly mails: WaitingMails,
  ) {}

  /** Null: no mail waits that was tried though there is a way, or the database cannot say. */
  trouble(): Promise<MailsInHealth | null> {
    this.looking ??= (this.config.mail.smtp === null ? this.lookWithoutWay() : this.look()).finally(
      () => (this.looking = null),
    );
    return this.looking;
  }

  private async lookWithoutWay(): Promise<MailsOff | null> {
    const waiting = await this.mails.count().catch(() => null);
    return waiting === null ? null : { off: true, waiting, warning: NO_MAILS };
  }

  private async look(): Promise<MailsInHealth | null> {
    const found = await this.mails.trouble().catch(() => null);
    if (found === null) return null;
    const { waiting, answer, triedAt } = found;
    return { waiting, answer, triedAt: iso(triedAt) };
  }
}
