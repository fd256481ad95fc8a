import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { macOf } from '../crypto/mac.js';
import { randomText } from '../crypto/random.js';
import { SecretRing } from '../crypto/secret-ring.js';
import { digestOf, sameSecret } from '../crypto/secret-token.js';
import { Sweeper } from '../database/sweeper.js';
import { Transaction } from '../database/transaction.js';
import { Clock, type Instant } from '../kernel/clock.js';
import { type Duration, minutes } from '../kernel/durations.js';

/** How long a challenge may take to be answered. */
export const CHALLENGE_LIFE: Duration = minutes(5);

const PURPOSE = 'passkey challenges';

/** When it was made, 256 random bits, and the seal of both and of whom it is for. */
const SHAPE = /^([0-9a-z]{1,11})\.([\w-]{43})\.([\w-]{43})$/;

/**
 * What an authenticator signs, so that what it signed is worth something once, now, and to whom it was given. Nothing is
 * stored until one is answered rightly: it carries its time, and a seal that only this server can make.
 */
@Injectable()
export class Challenges implements OnModuleInit {
  constructor(
    private readonly secrets: SecretRing,
    private readonly clock: Clock,
    private readonly transaction: Transaction,
    private readonly sweeper: Sweeper,
  ) {}

  onModuleInit(): void {
    const rows = { table: 'used_challenges', key: 'digest', column: 'expires_at' };
    this.sweeper.add('used_challenges', (now, most) => this.transaction.deleteOld(rows, now, most));
  }

  /** A new one, as base64url. @param holder who may answer it, and for what; the same must be said when it comes back. */
  issue(holder: string): string {
    const time = Math.trunc(this.clock.now()).toString(36);
    const random = randomText(32);
    const seal = sealOf(this.secrets.first(PURPOSE), { time, random, holder });
    return Buffer.from(`${time}.${random}.${seal}`).toString('base64url');
  }

  /** Whether it is one of ours, for this holder, and its time is not over. */
  isGood(challenge: string, holder: string): boolean {
    const [, time = '', random = '', seal = ''] = SHAPE.exec(textOf(challenge)) ?? [];
    if (seal === '') return false;
    const age = this.clock.now() - Number.parseInt(time, 36);
    // One of the future was made before the clock was set right: it would be good for longer than it should.
    if (age < -minutes(1) || age >= CHALLENGE_LIFE) return false;
    return this.secrets
      .for(PURPOSE)
      .some(secret => sameSecret(seal, sealOf(secret, { time, random, holder })));
  }

  /** Uses it, inside a transaction and in one statement: of many at once one gets true. */
  async use(manager: EntityManager, challenge: string): Promise<boolean> {
    const expiresAt: Instant = Math.trunc(this.clock.now()) + 2 * CHALLENGE_LIFE;
    const done = await manager.queryRunner?.query(USE, [digestOf(challenge), expiresAt], true);
    return done?.affected === 1;
  }
}

/** Begins with its verb: by that TypeORM's driver of SQLite knows a statement whose count of rows matters. */
const USE =
  'INSERT INTO used_challenges (digest, expires_at) VALUES ($1, CAST($2 AS bigint)) ON CONFLICT (digest) DO NOTHING';

interface Sealed {
  readonly time: string;
  readonly random: string;
  readonly holder: string;
}

const sealOf = (secret: string, sealed: Sealed): string =>
  macOf(secret, JSON.stringify([sealed.time, sealed.random, sealed.holder]));

/** A longer one is none of ours. */
const textOf = (challenge: string): string =>
  challenge.length > 200 ? '' : Buffer.from(challenge, 'base64url').toString('latin1');
