import { IsNull, LessThanOrEqual, MoreThan, Not } from 'typeorm';
import type { Transaction } from '../database/transaction.js';
import type { Clock, Instant } from '../kernel/clock.js';
import { type Duration, minutes } from '../kernel/durations.js';
import { Mail } from './mail.entity.js';
import { NEVER, REMEMBERED } from './mailer.js';

/** How long a worker has a mail, unless it renews that. If it dies, another one takes over afterwards. */
const LEASE: Duration = minutes(5);

/** The longest that a mail waits for its next try. */
export const LONGEST_WAIT: Duration = minutes(60);

/** Nothing is due that far ahead: the clock was wrong when it was written. */
const NEVER_SO_FAR: Duration = LONGEST_WAIT + LEASE;

/** A mail that this worker has. */
export interface ClaimedMail {
  /** As it was before the claim. */
  readonly row: Mail;
  /** Until when: what stands in `due_at` as long as nobody else has taken it over. */
  lease: Instant;
}

/** What becomes of a mail. */
export interface MailChange {
  readonly dueAt?: Instant;
  readonly attempts?: number;
  readonly answer?: string;
  readonly goodUntil?: Instant;
  readonly renewedAt?: Instant;
}

/** The promised mails, and who has which. Each change is one conditional UPDATE, so of many workers one makes it. */
export class MailQueue {
  /** What could not be written after a server had answered. */
  private readonly unwritten = new Map<string, () => Promise<boolean>>();

  constructor(
    private readonly transaction: Transaction,
    private readonly clock: Clock,
  ) {}

  /**
   * Mails that may be sent now, at most so many. Those that were never tried are due whatever their time says,
   * and so are those that are due too far ahead: a clock that was wrong when they were written delays nothing.
   */
  async due(most: number): Promise<readonly Mail[]> {
    const now = this.clock.now();
    const rows = await this.transaction.one(
      manager =>
        manager.find(Mail, {
          where: [
            { dueAt: LessThanOrEqual(now) },
            { dueAt: MoreThan(now + NEVER_SO_FAR) },
            { dueAt: Not(IsNull()), attempts: 0 },
          ],
          order: { dueAt: 'ASC', createdAt: 'ASC' },
          take: most + this.unwritten.size,
        }),
      'server',
    );
    return rows.filter(({ id }) => !this.unwritten.has(id));
  }

  /**
   * Makes due again what a node of a version before data keys gave up, because it could not open it: such a node does
   * not know `sealed`, and leaves it.
   */
  async takeBack(): Promise<void> {
    const which = { dueAt: IsNull(), sealed: Not(IsNull()) };
    const given = await this.transaction.one(manager => manager.existsBy(Mail, which), 'server');
    if (!given) return;
    const change = { dueAt: this.clock.now(), attempts: 0, forgottenAt: NEVER };
    await this.transaction.one(manager => manager.update(Mail, which, change), 'server');
  }

  /** Takes a mail for a while; null where somebody else has. */
  async claim(row: Mail): Promise<ClaimedMail | null> {
    const now = this.clock.now();
    const { id, dueAt, attempts } = row;
    if (dueAt === null) return null;
    const taken = { dueAt: now + LEASE, attempts: attempts + 1, triedAt: now };
    return (await this.update({ id, dueAt }, taken)) ? { row, lease: taken.dueAt } : null;
  }

  /** Has it for a while longer, where nobody has taken it over. */
  async renew(claimed: ClaimedMail): Promise<void> {
    const until = this.clock.now() + LEASE;
    const { id } = claimed.row;
    if (await this.update({ id, dueAt: claimed.lease }, { dueAt: until })) claimed.lease = until;
  }

  /** Says what becomes of a claimed mail. @returns false where somebody else has taken it over: then it is theirs to say. */
  change(claimed: ClaimedMail, change: MailChange): Promise<boolean> {
    return this.settle(claimed, change);
  }

  /** Empties a claimed mail: it went, or never will. @returns as {@link change} */
  finish(claimed: ClaimedMail, answer: string): Promise<boolean> {
    const forgottenAt = this.clock.now() + REMEMBERED;
    return this.settle(claimed, { content: '', sealed: null, dueAt: null, answer, forgottenAt });
  }

  /** Writes what could not be written before. @throws where it cannot be written now either. */
  async catchUp(): Promise<void> {
    for (const [id, write] of this.unwritten) {
      await write();
      this.unwritten.delete(id);
    }
  }

  /** A mail that a server has taken must not go again because the database was away for a moment. */
  private async settle(claimed: ClaimedMail, change: Partial<Mail>): Promise<boolean> {
    const { id } = claimed.row;
    const write = () => this.update({ id, dueAt: claimed.lease }, change);
    try {
      return await write();
    } catch (error) {
      this.unwritten.set(id, write);
      throw error;
    }
  }

  private async update(which: { id: string; dueAt: Instant }, change: Partial<Mail>): Promise<boolean> {
    const done = await this.transaction.one(manager => manager.update(Mail, which, change), 'server');
    return done.affected === 1;
  }
}
