import { Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager, In, MoreThan } from 'typeorm';
import { randomId } from '../crypto/random.js';
import { insertRows } from '../database/insert-rows.js';
import { asUnavailable } from '../database/store-failure.js';
import { Transaction } from '../database/transaction.js';
import { Clock, type Instant } from '../kernel/clock.js';
import type { Duration } from '../kernel/durations.js';
import { isTouchDue } from '../sessions/session-policy.js';
import { WrittenDown } from '../sessions/written-down.js';
import { lockPerson } from '../users/lock-person.js';
import { UsedNames } from '../users/used-names.js';
import { AccessToken } from './access-token.entity.js';
import { newToken } from './token-text.js';

/** So many of a person at most. */
export const MOST_TOKENS = 50;

/** A token as its person wants it. */
export interface WantedToken {
  readonly userId: string;
  readonly applicationName: string;
  readonly name: string;
  readonly methods: readonly string[];
  readonly prefix: string;
  readonly strength: number;
  readonly life: Duration;
}

/** Asked in the transaction that makes a token, with its person locked. */
export type StillMayHave = (manager: EntityManager) => Promise<boolean>;

export type MakeTokenOutcome =
  /** `plain`: what is shown once. */
  | { readonly outcome: 'made'; readonly plain: string }
  | { readonly outcome: 'too-many' }
  /** Nobody has that id any more, or they may not have it by now. */
  | { readonly outcome: 'gone' };

/** By what programs come to applications in somebody's name. */
@Injectable()
export class AccessTokens {
  private readonly logger = new Logger('Gate');
  private readonly written = new WrittenDown();

  constructor(
    private readonly dataSource: DataSource,
    private readonly transaction: Transaction,
    private readonly clock: Clock,
    private readonly names: UsedNames,
  ) {}

  /** @throws Unavailable */
  make({ life, methods, ...wanted }: WantedToken, mayStill: StillMayHave): Promise<MakeTokenOutcome> {
    const { plain, digest } = newToken();
    return this.transaction.run(async manager => {
      const person = await lockPerson(manager, wanted.userId);
      if (person === null || !(await mayStill(manager))) return { outcome: 'gone' };
      const now = this.clock.now();
      const there = { userId: wanted.userId, expiresAt: MoreThan(now) };
      if ((await manager.countBy(AccessToken, there)) >= MOST_TOKENS) return { outcome: 'too-many' };
      const times = { madeAt: now, expiresAt: now + life, lastUsedAt: null };
      const row = { ...wanted, ...times, digest, id: randomId(), methods: methods.join() };
      await insertRows(manager, AccessToken, [row]);
      // From now on the application is told it.
      await this.names.tell(manager, wanted.userId);
      return { outcome: 'made', plain };
    });
  }

  /** Somebody's, that have not ended, the newest first. @throws Unavailable */
  of(userId: string): Promise<readonly AccessToken[]> {
    const where = { userId, expiresAt: MoreThan(this.clock.now()) };
    return this.dataSource.manager
      .find(AccessToken, { where, order: { madeAt: 'DESC', id: 'ASC' } })
      .catch((error: unknown) => {
        throw asUnavailable(error);
      });
  }

  /** Ends one of somebody's. @returns it; null where they have none of that name. @throws Unavailable */
  end(userId: string, id: string): Promise<AccessToken | null> {
    return this.transaction.run(async manager => {
      const token = await manager.findOneBy(AccessToken, { userId, id });
      if (token === null) return null;
      const { affected } = await manager.delete(AccessToken, { digest: token.digest });
      return affected === 1 ? token : null;
    });
  }

  /** Ends all of somebody's. @returns those that had not ended by themselves. @throws Unavailable */
  endAll(userId: string): Promise<readonly AccessToken[]> {
    return this.transaction.run(async manager => {
      const tokens = await manager.findBy(AccessToken, { userId });
      await manager.delete(AccessToken, { digest: In(tokens.map(({ digest }) => digest)) });
      return tokens.filter(({ expiresAt }) => expiresAt > this.clock.now());
    });
  }

  /** Writes in the background, at most once a minute, that one is used. */
  isUsed(digest: string, lastUsedAt: Instant | null): void {
    const now = this.clock.now();
    if (!isTouchDue(lastUsedAt ?? 0, now) || !this.written.claim(digest, now)) return;
    this.transaction
      .one(manager => manager.update(AccessToken, { digest }, { lastUsedAt: now }), 'server')
      .catch((error: unknown) => {
        this.written.failed(digest);
        this.logger.warn({ event: 'gate_touch_failed', reason: String(error) });
      });
  }
}
