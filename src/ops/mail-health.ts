import { Injectable } from '@nestjs/common';
import { WaitingMails } from '../mail/waiting-mails.js';

/** What keeps mails from going, as JSON for operators' machines. */
export interface MailsInHealth {
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

  constructor(private readonly mails: WaitingMails) {}

  /** Null: no mail waits that was tried, or the database cannot say. */
  trouble(): Promise<MailsInHealth | null> {
    this.looking ??= this.look().finally(() => (this.looking = null));
    return this.looking;
  }

  private async look(): Promise<MailsInHealth | null> {
    const found = await this.mails.trouble().catch(() => null);
    if (found === null) return null;
    const { waiting, answer, triedAt } = found;
    return { waiting, answer, triedAt: triedAt === null ? null : new Date(triedAt).toISOString() };
  }
}
