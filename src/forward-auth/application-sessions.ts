import { Injectable, Logger } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { digestOf, issueToken } from '../crypto/secret-token.js';
import { insertRows } from '../database/insert-rows.js';
import { Transaction } from '../database/transaction.js';
import { Clock, type Instant } from '../kernel/clock.js';
import { isTouchDue } from '../sessions/session-policy.js';
import { WrittenDown } from '../sessions/written-down.js';
import { SignInRow } from '../sessions/sign-in.entity.js';
import { UsedNames } from '../users/used-names.js';
import { ApplicationSession } from './application-session.entity.js';

/**
 * So many of one sign-in at one origin: several tabs that enter at once get one each, and the browser keeps the last. More
 * are left over from cookies that were lost.
 */
const MOST_AT_ORIGIN = 8;

/** Sessions in applications. They begin with a ticket, and end with their sign-in at the latest. */
@Injectable()
export class ApplicationSessions {
  private readonly logger = new Logger('Gate');
  private readonly written = new WrittenDown();

  constructor(
    private readonly transaction: Transaction,
    private readonly clock: Clock,
    private readonly names: UsedNames,
  ) {}

  /**
   * Begins one within the transaction that spends its ticket. From then on the application is told its person's name.
   * @returns what its cookie holds: 256 random bits.
   */
  async begin(manager: EntityManager, { id: signInId, userId }: SignInRow, origin: string): Promise<string> {
    await this.names.tell(manager, userId);
    const { plain, digest } = issueToken();
    const now = this.clock.now();
    const others = await manager.find(ApplicationSession, {
      where: { signInId, origin },
      order: { beganAt: 'DESC', digest: 'ASC' },
      skip: MOST_AT_ORIGIN - 1,
      take: 100,
    });
    if (others.length > 0)
      await manager.delete(ApplicationSession, { digest: In(others.map(row => row.digest)) });
    await insertRows(manager, ApplicationSession, [
      { digest, signInId, origin, beganAt: now, lastUsedAt: now },
    ]);
    return plain;
  }

  /**
   * Ends the one that a cookie opens, and those that other tabs got beside it.
   * @returns whose it was; null where it was gone already: that is no error. @throws Unavailable
   */
  leave(cookie: string, origin: string): Promise<string | null> {
    const which = { digest: digestOf(cookie), origin };
    return this.transaction.run(async manager => {
      const session = await manager.findOneBy(ApplicationSession, which);
      if (session === null) return null;
      const { signInId } = session;
      await manager.delete(ApplicationSession, { signInId, origin });
      return (await manager.findOneBy(SignInRow, { id: signInId }))?.userId ?? null;
    });
  }

  /** Ends what a sign-in of somebody has at an origin. @returns how many sessions that were. @throws Unavailable */
  async end(userId: string, signInId: string, origin: string): Promise<number> {
    return this.transaction.run(async manager => {
      if (!(await manager.existsBy(SignInRow, { id: signInId, userId }))) return 0;
      return (await manager.delete(ApplicationSession, { signInId, origin })).affected ?? 0;
    });
  }

  /** Writes in the background, at most once a minute, that one is used. Nobody waits for it, nor loses a page by it. */
  isUsed(digest: string, lastUsedAt: Instant): void {
    const now = this.clock.now();
    if (!isTouchDue(lastUsedAt, now) || !this.written.claim(digest, now)) return;
    this.transaction
      .one(manager => manager.update(ApplicationSession, { digest }, { lastUsedAt: now }), 'server')
      .catch((error: unknown) => {
        this.written.failed(digest);
        this.logger.warn({ event: 'gate_touch_failed', reason: String(error) });
      });
  }
}
