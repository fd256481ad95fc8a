import { Logger } from '@nestjs/common';
import type { Clock, Instant } from '../kernel/clock.js';
import { type Duration, minutes } from '../kernel/durations.js';
import { type ClaimedMail, LONGEST_WAIT, type MailQueue } from './mail-queue.js';
import { MailDelayed, MailRefused, type MailTransport, type Others } from './mail-transport.js';
import type { MailedToken, Mailer } from './mailer.js';

/**
 * Tries that a mail gets, which with the waits between them take a day. Tries are counted and not hours: a
 * clock that is a day ahead for a moment gives nothing up.
 */
const MOST_ATTEMPTS = 29;

/** How long to wait after the n-th failed attempt: a minute, then twice as long each time, an hour at most. */
export const delayAfterAttempt = (attempts: number): Duration =>
  Math.min(LONGEST_WAIT, minutes(1) * 2 ** (attempts - 1));

/** Where mails come from and go to. */
export interface DeliveryParts {
  readonly mailer: Mailer;
  readonly transport: MailTransport;
  readonly queue: MailQueue;
  readonly clock: Clock;
}

/** Tries a claimed mail once, and writes down and logs what came of it, with the server's own words. */
export class MailDelivery {
  private readonly logger = new Logger('Mail');

  constructor(private readonly parts: DeliveryParts) {}

  /** @param cancel ends the attempt at once. @returns what it says about other mails. @throws the driver's error where the outcome cannot be written. */
  async attempt(claimed: ClaimedMail, cancel: AbortSignal): Promise<Others> {
    const mail = this.parts.mailer.open(claimed.row);
    if (mail === null) return this.unopened(claimed);
    const { link } = mail;
    const madeAt = link === undefined ? mail.madeAt : await this.goodLink(claimed, link, mail.madeAt);
    if (madeAt === null) return this.giveUp(claimed, 'Its link was over before it could be sent.');
    let answer: string;
    try {
      answer = await this.parts.transport.send({ ...mail, madeAt }, cancel);
    } catch (error) {
      if (error instanceof MailRefused) return this.giveUp(claimed, error.message);
      return this.delay(claimed, asDelay(error), cancel.aborted);
    }
    return this.delivered(claimed, answer);
  }

  /** Another node may have the key, or this one be given it: what a data key sealed is not thrown away at once. */
  private unopened(claimed: ClaimedMail): Promise<Others> {
    const key = this.parts.mailer.missingKey(claimed.row);
    if (key === null) return this.giveUp(claimed, 'Its content cannot be opened: the secret is gone.');
    const reason = `The data key ${key} is missing here: put its line into DATA_KEY_FILE again.`;
    return this.delay(claimed, new MailDelayed(reason, { needsOperator: true }), false);
  }

  /**
   * Whoever gets a link has all the time that its mail names. One that is over by now was never sent: its token
   * is made good again, and the mail is dated anew, because only now it is ready.
   * @returns when the mail was made; null where the token was used, replaced, voided or deleted meanwhile.
   */
  private async goodLink(claimed: ClaimedMail, link: MailedToken, madeAt: Instant): Promise<Instant | null> {
    const { mailer, queue, clock } = this.parts;
    const now = clock.now();
    const until = now + link.lasts;
    const { goodUntil } = claimed.row;
    // One that is good for longer than any was made good while the clock was ahead.
    if (goodUntil !== null && goodUntil > now && goodUntil <= until) return madeAt;
    if (!(await mailer.renewToken(link, until))) return null;
    // Where another process has taken it over, it is theirs to send.
    return (await queue.change(claimed, { goodUntil: until, renewedAt: now })) ? now : null;
  }

  private async delivered(claimed: ClaimedMail, answer: string): Promise<Others> {
    if (await this.parts.queue.finish(claimed, answer)) return 'free';
    const reason = 'It took so long that another process had begun to send it as well.';
    this.logger.warn({ event: 'sys_mail_doubled', ...naming(claimed), reason });
    return 'free';
  }

  private async delay(claimed: ClaimedMail, why: MailDelayed, stopped: boolean): Promise<Others> {
    const { queue, clock } = this.parts;
    const { attempts } = claimed.row;
    const { message: reason, needsOperator, others, mayHaveArrived } = why;
    if (stopped && !mayHaveArrived) {
      // Nothing was wrong with it: whoever comes next takes it at once, as if it had not been tried.
      await queue.change(claimed, { dueAt: clock.now(), attempts });
      return 'free';
    }
    if (attempts + 1 >= MOST_ATTEMPTS) return this.giveUp(claimed, reason);
    const dueAt = clock.now() + delayAfterAttempt(attempts + 1);
    if (await queue.change(claimed, { dueAt, answer: reason })) {
      const line = { event: 'sys_mail_delayed', ...naming(claimed), reason };
      if (needsOperator) this.logger.error(line);
      else this.logger.warn(line);
    }
    return others;
  }

  private async giveUp(claimed: ClaimedMail, reason: string): Promise<Others> {
    if (await this.parts.queue.finish(claimed, reason)) {
      this.logger.error({ event: 'sys_mail_gave_up', ...naming(claimed), reason });
    }
    return 'free';
  }
}

const naming = ({ row: { id, attempts } }: ClaimedMail) => ({ mail: id, attempts: attempts + 1 });

/** What is no answer of a server, a full disk below the outbox for example, may pass. */
const asDelay = (error: unknown): MailDelayed =>
  error instanceof MailDelayed
    ? error
    : new MailDelayed(error instanceof Error ? error.message : String(error));
