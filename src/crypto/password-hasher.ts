import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Piscina } from 'piscina';
import { z } from 'zod';
import { type Duration, seconds } from '../kernel/durations.js';
import { Unavailable } from '../kernel/unavailable.js';
import { HashCost } from './hash-cost.js';
import { randomText } from './random.js';

/** How long the waiting line may get, in work: past it a request is refused at once instead of late. */
const LONGEST_WAIT: Duration = seconds(2);

/**
 * While other threads take the processor, a hash takes longer than it is work. Counted in full, a moment of
 * that would refuse everybody, and those who try again at once would keep it so.
 */
const MOST_STRETCHED = 3;

/** The most that a sign-in is kept waiting on purpose. */
const MOST_SLACK: Duration = 30;

/** More hashing is asked for than this machine does in {@link LONGEST_WAIT}. */
export class HashingOverloaded extends Unavailable {
  override readonly name = 'HashingOverloaded';

  constructor() {
    super('More passwords wait to be checked than this machine can check in time.', LONGEST_WAIT);
  }
}

/**
 * Hashes and verifies passwords with argon2id (RFC 9106) on threads of its own: neither the event loop nor
 * libuv's pool, on which the database driver runs, ever waits for a hash.
 */
@Injectable()
export class PasswordHasher implements OnApplicationShutdown {
  private readonly threads = Math.min(4, availableParallelism());
  /** Made for the first password: a command that has none starts no thread, which would have to be ended again. */
  private pool: Piscina | null = null;
  private inLine = 0;
  /** A moving average of what one hash took here; the first guess is a slow machine's. */
  private typical: Duration = 40;
  private fastest: Duration = Infinity;
  private decoy: Promise<string> | null = null;

  constructor(private readonly cost: HashCost) {}

  /**
   * The PHC string of a password. The password is taken as it is, in Unicode NFC (SP 800-63B-4 3.1.1.2).
   * @throws HashingOverloaded
   */
  async hash(password: string): Promise<string> {
    return String(await this.run(password, null));
  }

  /**
   * Whether the password belongs to the PHC string. With `encoded` null (no such person, or no password) the
   * answer is false after the same work, so that time does not tell who exists (ASVS 6.3.8).
   * @throws HashingOverloaded
   */
  async verify(password: string, encoded: string | null): Promise<boolean> {
    const matches = await this.run(password, encoded ?? (await this.decoyHash()));
    return matches === true && encoded !== null;
  }

  /** Whether a stored PHC string is weaker than what {@link hash} makes today. */
  needsRehash(encoded: string): boolean {
    const [, memory, time] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$/.exec(encoded) ?? [];
    return Number(memory ?? 0) < this.cost.memoryCost || Number(time ?? 0) < this.cost.timeCost;
  }

  /**
   * How long a sign-in may be kept waiting elsewhere while no thread has nothing to do: half of what the waiting line
   * takes, and never so long that somebody notices.
   */
  get slack(): Duration {
    const inLine = Math.max(0, this.inLine - this.threads);
    return Math.min(MOST_SLACK, (inLine * this.typical) / this.threads / 2);
  }

  /** Starts a thread and makes the decoy, so that the first sign-in is not slower than the others. */
  async warmUp(): Promise<void> {
    await this.decoyHash();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool?.close();
  }

  private get hashing(): Piscina {
    this.pool ??= new Piscina({
      filename: fileURLToPath(new URL('./argon2-worker.cjs', import.meta.url)),
      minThreads: 1,
      maxThreads: this.threads,
      idleTimeout: seconds(60),
      execArgv: [],
    });
    return this.pool;
  }

  private decoyHash(): Promise<string> {
    this.decoy ??= this.hash(randomText(32)).catch((error: unknown) => {
      this.decoy = null;
      throw error;
    });
    return this.decoy;
  }

  private async run(password: string, encoded: string | null): Promise<string | boolean> {
    if (this.inLine * this.typical > LONGEST_WAIT * this.threads) throw new HashingOverloaded();
    this.inLine += 1;
    try {
      const task = { password: password.normalize('NFC'), encoded, cost: { ...this.cost } };
      const { answer, took } = Answer.parse(await this.hashing.run(task));
      this.fastest = Math.min(this.fastest, took);
      this.typical = Math.min(this.typical + (took - this.typical) / 8, this.fastest * MOST_STRETCHED);
      return answer;
    } finally {
      this.inLine -= 1;
    }
  }
}

/** What `argon2-worker.cjs` gives back. */
const Answer = z.object({ answer: z.union([z.string(), z.boolean()]), took: z.number() });
