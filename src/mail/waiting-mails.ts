import { Injectable } from '@nestjs/common';
import { DataSource, IsNull, Not } from 'typeorm';
import type { Instant } from '../kernel/clock.js';
import { Mail } from './mail.entity.js';

/** What keeps mails from going. */
export interface MailTrouble {
  /** How many wait after a try that failed. */
  readonly waiting: number;
  /** What the mail server said to the one that was tried last, in its own words. */
  readonly answer: string;
  readonly triedAt: Instant | null;
}

/** Looks at the mails that wait, on whichever node they were tried. */
@Injectable()
export class WaitingMails {
  constructor(private readonly dataSource: DataSource) {}

  /** How many wait, tried or not. @throws the driver's error where the database cannot answer. */
  count(): Promise<number> {
    return this.dataSource.manager.countBy(Mail, { dueAt: Not(IsNull()) });
  }

  /** Null: no mail waits that was tried. @throws the driver's error where the database cannot answer. */
  async trouble(): Promise<MailTrouble | null> {
    const [rows, waiting] = await this.dataSource.manager.findAndCount(Mail, {
      where: { dueAt: Not(IsNull()), answer: Not(IsNull()) },
      select: { id: true, answer: true, triedAt: true },
      order: { triedAt: 'DESC' },
      take: 1,
    });
    const last = rows[0];
    return last === undefined ? null : { waiting, answer: last.answer ?? '', triedAt: last.triedAt };
  }
}
