import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { LessThanOrEqual } from 'typeorm';
import { Transaction } from '../database/transaction.js';
import { Clock, type Instant } from '../kernel/clock.js';
import { type Duration, minutes, seconds } from '../kernel/durations.js';
import { MailRefused, MailTransport } from './mail-transport.js';
import { Mail } from './mail.entity.js';
import { Mailer, PATIENCE } from './mailer.js';

/** How often due mails are looked for, beside right after one was promised. */
const EVERY: Duration = seconds(15);
/** Long enough for the transaction that promises a mail to be over. */
const SOON: Duration = 50;
/** How long a worker has a mail. If it dies, another one takes over afterwards. */
const LEASE: Duration = minutes(5);
/** Mails taken at a time. */
const BATCH = 20;

/** How long to wait after the n-th failed attempt: a minute, then twice as long each time, an hour at most. */
export const delayAfterAttempt = (attempts: number): Duration =>
  Math.min(minutes(60), minutes(1) * 2 ** (attempts - 1));

/**
 * Sends promised mails. A worker takes a mail with one conditional UPDATE, so of many processes one sends it;
 * it is marked when the next server has accepted it. A crash at any point loses no mail, and repeats one only
 * if it came between the acceptance and the mark.
 */
@Injectable()
export class MailWorker implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Mail');
  private readonly timers = new Set<NodeJS.Timeout>();
  private running: Promise<void> | null = null;
  private stopped = false;

  constructor(
    private readonly mailer: Mailer,
    private readonly transport: MailTransport,
    private readonly transaction: Transaction,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.mailer.whenPromised(() => this.later(SOON, () => void this.run()));
    const poll = setInterval(() => void this.run(), EVERY);
    poll.unref();
    this.timers.add(poll);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers) clearTimeout(timer);
    await this.running;
    await this.transport.close();
  }

  /** Sends what is due now. Never throws: what failed is tried again later. */
  async run(): Promise<void> {
    while (this.running !== null) await this.running;
    if (this.stopped) return;
    this.running = this.sendDue()
      .catch((error: unknown) => this.logger.warn({ event: 'sys_mail_store_failed', reason: String(error) }))
      .finally(() => (this.running = null));
    await this.running;
  }

  private async sendDue(): Promise<void> {
    for (let rows = await this.due(); rows.length > 0 && !this.stopped; rows = await this.due()) {
      for (const row of rows) if (!this.stopped && (await this.claim(row))) await this.send(row);
    }
  }

  private due(): Promise<Mail[]> {
    const where = { dueAt: LessThanOrEqual(this.clock.now()) };
    return this.transaction.one(manager =>
      manager.find(Mail, { where, order: { dueAt: 'ASC' }, take: BATCH }),
    );
  }

  private async claim(row: Mail): Promise<boolean> {
    const until = this.clock.now() + LEASE;
    const { id, dueAt, attempts } = row;
    if (dueAt === null) return false;
    const taken = await this.transaction.one(manager =>
      manager.update(Mail, { id, dueAt }, { dueAt: until, attempts: attempts + 1 }),
    );
    return taken.affected === 1;
  }

  private async send(row: Mail): Promise<void> {
    const mail = this.mailer.open(row);
    if (mail === null) return this.giveUp(row, 'Its content cannot be opened: the secret is gone.');
    try {
      await this.transport.send(mail);
      await this.mark(row, { content: '', dueAt: null });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const again = this.clock.now() + delayAfterAttempt(row.attempts + 1);
      if (error instanceof MailRefused || again - row.createdAt > PATIENCE) return this.giveUp(row, reason);
      this.logger.warn({ event: 'sys_mail_delayed', mail: row.id, attempts: row.attempts + 1, reason });
      await this.mark(row, { dueAt: again });
    }
  }

  private async giveUp(row: Mail, reason: string): Promise<void> {
    this.logger.error({ event: 'sys_mail_gave_up', mail: row.id, attempts: row.attempts + 1, reason });
    await this.mark(row, { content: '', dueAt: null });
  }

  private async mark(row: Mail, change: { content?: string; dueAt: Instant | null }): Promise<void> {
    await this.transaction.one(manager => manager.update(Mail, { id: row.id }, change));
  }

  private later(delay: Duration, work: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      work();
    }, delay);
    this.timers.add(timer);
  }
}
