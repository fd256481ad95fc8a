import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import {
  type EntityManager,
  type FindOptionsWhere,
  In,
  IsNull,
  MoreThan,
  MoreThanOrEqual,
  Not,
  Repository,
} from 'typeorm';
import { digestOf, issueToken } from '../crypto/secret-token.js';
import { instantOf } from '../database/instant-of.js';
import { takeTurn } from '../database/locks.js';
import { Sweeper } from '../database/sweeper.js';
import { Transaction } from '../database/transaction.js';
import { Clock, futureFrom, type Instant } from '../kernel/clock.js';
import { days, type Duration, hours, minutes } from '../kernel/durations.js';
import { OneTimeToken } from './one-time-token.entity.js';

/** What a token is for; one for another purpose opens nothing. */
export type TokenPurpose = 'register' | 'email-change' | 'confirm-address' | 'reset' | 'invite' | 'not-me';

/** How long each is good for (SP 800-63B-4 4.2.1.2: a day at most; an invitation is no recovery). */
export const TOKEN_LIFE: Readonly<Record<TokenPurpose, Duration>> = {
  register: hours(24),
  'email-change': hours(24),
  'confirm-address': hours(24),
  reset: minutes(30),
  invite: days(7),
  'not-me': days(7),
};

/** How long a token that is over is kept: the mail that has it may still wait, a day at most, to be sent. */
const KEPT_AFTERWARDS: Duration = days(2);

/** A token to be made. */
export interface TokenRequest {
  readonly purpose: TokenPurpose;
  /** A user's id, or the compared form of an address. */
  readonly subject: string;
  readonly address: string;
  readonly details?: object;
  /** False: earlier ones for the same stay good, the latest {@link MOST_SIDE_BY_SIDE} at one address. */
  readonly replaces?: boolean;
}

/** Tokens about somebody that went to any address but one. */
export interface Elsewhere {
  readonly userId: string;
  readonly purpose: TokenPurpose;
  readonly but: string;
  /** Null: since ever. */
  readonly since: Instant | null;
}

/**
 * Tokens for the same at one address that are good side by side. Each sign-in from a new browser mails one: whoever has
 * a password could make any number of them, and then nobody could make them all worthless at once.
 */
const MOST_SIDE_BY_SIDE = 50;

/** What a presented token must look like: 256 bits as base64url. */
const SHAPE = /^[\w-]{43}$/;

/** Mailed tokens: issued, looked at, used once. */
@Injectable()
export class OneTimeTokens implements OnModuleInit {
  constructor(
    @InjectRepository(OneTimeToken) private readonly rows: Repository<OneTimeToken>,
    private readonly clock: Clock,
    private readonly transaction: Transaction,
    private readonly sweeper: Sweeper,
  ) {}

  onModuleInit(): void {
    const rows = { table: 'one_time_tokens', key: 'digest', column: 'expires_at' };
    this.sweeper.add('clocks of one_time_tokens', now => this.setRight(now));
    this.sweeper.add('one_time_tokens', (now, most) =>
      this.transaction.deleteOld(rows, now - KEPT_AFTERWARDS, most),
    );
  }

  /** Makes a token inside a transaction, at its instant; the ones before it for the same are void. @returns the plain token, for the mail. */
  async issue(manager: EntityManager, request: TokenRequest): Promise<string> {
    const { purpose, subject, address, details = {}, replaces = true } = request;
    if (replaces) {
      await takeTurn(manager, `${purpose} ${subject}`);
      await manager.delete(OneTimeToken, { purpose, subject });
    }
    const { plain, digest } = issueToken();
    const now = instantOf(manager);
    const times = { createdAt: now, expiresAt: now + TOKEN_LIFE[purpose], usedAt: null };
    const row = { digest, purpose, subject, address, details: JSON.stringify(details), ...times };
    await manager.insert(OneTimeToken, Object.assign(new OneTimeToken(), row));
    if (!replaces) await dropOldest(manager, { digest: Not(digest), purpose, subject, address });
    return plain;
  }

  /** Looks at a token without using it; null where it is no good for any of these purposes (any more). */
  async look(plain: string | null, ...purposes: readonly TokenPurpose[]): Promise<OneTimeToken | null> {
    if (plain === null || !SHAPE.test(plain)) return null;
    const now = this.clock.now();
    const good = {
      digest: digestOf(plain),
      purpose: In(purposes),
      usedAt: IsNull(),
      expiresAt: MoreThan(now),
    };
    const found = await this.rows.findOneBy(good);
    if (found === null || found.createdAt < futureFrom(now)) return found;
    await this.setRight(now);
    return this.rows.findOneBy(good);
  }

  /** What an unused token for this holds, inside a transaction; null for none. The token itself nobody knows any more. */
  async waiting(manager: EntityManager, purpose: TokenPurpose, subject: string): Promise<unknown> {
    const row = await manager.findOneBy(OneTimeToken, this.unused(purpose, subject));
    const details: unknown = row === null ? null : JSON.parse(row.details);
    return details;
  }

  /** The unused token for this that was made last; null for none. Who has it nobody knows. */
  open(purpose: TokenPurpose, subject: string): Promise<OneTimeToken | null> {
    return this.rows.findOne({ where: this.unused(purpose, subject), order: { createdAt: 'DESC' } });
  }

  /** Whether there is an unused token for this. */
  isWaiting(purpose: TokenPurpose, subject: string): Promise<boolean> {
    return this.rows.existsBy(this.unused(purpose, subject));
  }

  /**
   * Uses a token inside a transaction, in one statement: of many at once one succeeds.
   * @returns when; null where it was not this one.
   */
  async use(manager: EntityManager, { digest }: OneTimeToken): Promise<Instant | null> {
    const now = this.clock.now();
    const unused = { digest, usedAt: IsNull(), expiresAt: MoreThan(now) };
    return (await manager.update(OneTimeToken, unused, { usedAt: now })).affected === 1 ? now : null;
  }

  /** Makes tokens about somebody worthless that went to other addresses, and not before then, inside a transaction. */
  async voidElsewhere(manager: EntityManager, { userId, purpose, but, since }: Elsewhere): Promise<void> {
    await manager.delete(OneTimeToken, {
      subject: userId,
      purpose,
      address: Not(but),
      createdAt: MoreThanOrEqual(since ?? 0),
    });
  }

  /** Makes every open token about somebody worthless, inside a transaction. */
  async void(manager: EntityManager, subject: string, ...purposes: readonly TokenPurpose[]): Promise<void> {
    await manager.delete(OneTimeToken, { subject, purpose: In(purposes) });
  }

  /** Deletes everything about somebody who is gone: their tokens, and those on their way to their address. */
  async voidAll(
    manager: EntityManager,
    person: { readonly id: string; readonly email: string | null },
  ): Promise<void> {
    await manager.delete(OneTimeToken, { subject: person.id });
    if (person.email !== null) await manager.delete(OneTimeToken, { address: person.email });
  }

  /** What was made while the clock was ahead counts as made now: it is good for its life from now, and no longer. @returns 0: nothing went. */
  private async setRight(now: Instant): Promise<number> {
    const ahead = { createdAt: MoreThanOrEqual(futureFrom(now)) };
    if (await this.rows.existsBy(ahead)) {
      const anew = { expiresAt: () => `expires_at - created_at + ${Math.trunc(now)}`, createdAt: now };
      await this.transaction.one(manager => manager.update(OneTimeToken, ahead, anew));
    }
    return 0;
  }

  private unused(purpose: TokenPurpose, subject: string): FindOptionsWhere<OneTimeToken> {
    return { purpose, subject, usedAt: IsNull(), expiresAt: MoreThan(this.clock.now()) };
  }
}

/** A few at a time: there are many only where they were made before there was a limit. */
async function dropOldest(manager: EntityManager, others: FindOptionsWhere<OneTimeToken>): Promise<void> {
  const order = { createdAt: 'DESC' } as const;
  const beyond = { where: others, order, skip: MOST_SIDE_BY_SIDE - 1, take: MOST_SIDE_BY_SIDE };
  const old = await manager.find(OneTimeToken, { ...beyond, select: { digest: true } });
  if (old.length > 0) await manager.delete(OneTimeToken, { digest: In(old.map(({ digest }) => digest)) });
}
