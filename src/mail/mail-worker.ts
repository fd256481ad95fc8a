import { setTimeout as wait } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Transaction } from '../database/transaction.js';
import { type Cancel, Clock } from '../kernel/clock.js';
import { type Duration, seconds } from '../kernel/durations.js';
import { DeliveryPace, SLOW } from './delivery-pace.js';
import { MailDelivery } from './mail-delivery.js';
import { type ClaimedMail, MailQueue } from './mail-queue.js';
import { MailTransport } from './mail-transport.js';
import { Mailer } from './mailer.js';

/** How often due mails are looked for, beside right after one was promised; and leases renewed. */
const EVERY: Duration = seconds(15);
/** Long enough for the transaction that promises a mail to be over. */
const SOON: Duration = 50;
/** How long mails under way get when the program stops. */
const GRACE: Duration = seconds(8);

/**
 * Sends promised mails. A worker takes a mail with one conditional UPDATE, so of many processes one sends it;
 * it is marked when the next server has accepted it. A crash at any point loses no mail, and repeats one only
 * if it came between the acceptance and the mark.
 */
@Injectable()
export class MailWorker implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Mail');
  private readonly scheduled = new Set<Cancel>();
  private readonly underWay = new Map<ClaimedMail, Promise<void>>();
  private readonly cancel = new AbortController();
  private readonly queue: MailQueue;
  private readonly delivery: MailDelivery;
  private readonly pace: DeliveryPace;
  private running: Promise<void> | null = null;
  /** How many of those under way take long. */
  private slow = 0;
  private again = false;
  private wake: () => void = () => undefined;
  private leaving: Promise<void> | null = null;

  constructor(
    private readonly mailer: Mailer,
    private readonly transport: MailTransport,
    transaction: Transaction,
    private readonly clock: Clock,
  ) {
    this.queue = new MailQueue(transaction, clock);
    this.delivery = new MailDelivery({ mailer, transport, queue: this.queue, clock });
    this.pace = new DeliveryPace(clock);
  }

  onApplicationBootstrap(): void {
    if (!this.mailer.isOn) return;
    this.mailer.whenPromised(() => this.soon());
    this.scheduled.add(this.clock.every(EVERY, () => this.lookAround()));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.leave();
    await this.transport.close();
  }

  /**
   * Takes no more mails, and waits for those under way: a server that has one may be about to say that it took
   * it. What is not answered after 8 seconds, or once `hurry` is over, is cut off and goes back: it is tried
   * again by whoever comes next, and comes twice if the server had taken it.
   */
  leave(hurry?: AbortSignal): Promise<void> {
    this.leaving ??= this.finish(hurry);
    return this.leaving;
  }

  /**
   * Sends what is due now. Resolves when nothing is under way any more, or after `most`. Never throws: what failed
   * is tried again later.
   */
  async run(most?: Duration): Promise<void> {
    this.pace.lookAgain();
    this.look();
    this.running ??= this.keepSending();
    if (most === undefined) return this.running;
    const enough = new AbortController();
    const late = wait(most, undefined, { signal: enough.signal }).catch(() => undefined);
    await Promise.race([this.running, late]);
    enough.abort();
  }

  /** What is done every few seconds, whoever promised something: first of all, of what other nodes left. */
  async lookAround(): Promise<void> {
    await this.renew();
    await this.guarded(() => this.queue.takeBack());
    await this.run();
  }

  /** Keeps what is under way for a while longer: a server may take longer than a lease is long. */
  async renew(): Promise<void> {
    for (const claimed of this.underWay.keys()) await this.guarded(() => this.queue.renew(claimed));
  }

  private look(): void {
    this.again = true;
    this.wake();
  }

  private async keepSending(): Promise<void> {
    while (this.again || this.underWay.size > 0) {
      this.again = false;
      const somethingNew = new Promise<void>(resolve => (this.wake = resolve));
      await this.guarded(() => this.startDue());
      if (!this.again && this.underWay.size > 0) await somethingNew;
    }
    this.pace.rest();
    this.running = null;
  }

  private async startDue(): Promise<void> {
    await this.queue.catchUp();
    if (this.room() <= 0) return;
    const mine = new Set([...this.underWay.keys()].map(({ row }) => row.id));
    for (const row of await this.queue.due(this.room() + mine.size)) {
      if (this.room() <= 0) return;
      const claimed = mine.has(row.id) ? null : await this.queue.claim(row);
      if (claimed !== null) this.start(claimed);
    }
  }

  private room(): number {
    return this.leaving === null && this.mailer.isOn ? this.pace.room(this.underWay.size, this.slow) : 0;
  }

  private start(claimed: ClaimedMail): void {
    const look = this.pace.thisLook;
    const sending = this.guarded(async () => {
      this.pace.note(await this.delivery.attempt(claimed, this.cancel.signal), look);
    });
    let slow = false;
    const timer = setTimeout(() => {
      slow = true;
      this.slow += 1;
      this.look();
    }, SLOW);
    const over = sending.finally(() => {
      clearTimeout(timer);
      if (slow) this.slow -= 1;
      this.underWay.delete(claimed);
      this.look();
    });
    this.underWay.set(claimed, over);
  }

  private async finish(hurry: AbortSignal | undefined): Promise<void> {
    for (const cancel of this.scheduled) cancel();
    const cut = () => this.cancel.abort();
    const late = setTimeout(cut, GRACE);
    if (hurry?.aborted === true) cut();
    hurry?.addEventListener('abort', cut);
    await this.running;
    await this.guarded(() => this.queue.catchUp());
    clearTimeout(late);
    hurry?.removeEventListener('abort', cut);
  }

  /** What the database could not do now is tried again at the next look. */
  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.logger.warn({ event: 'sys_mail_store_failed', reason: String(error) });
    }
  }

  private soon(): void {
    const cancel = this.clock.after(SOON, () => {
      this.scheduled.delete(cancel);
      return this.run();
    });
    this.scheduled.add(cancel);
  }
}
