import { Inject, Injectable, Logger } from '@nestjs/common';
import { randomText } from '../crypto/random.js';
import { type Duration, seconds } from '../kernel/durations.js';
import { evictionWarning, type Redis } from '../redis/redis.js';
import { OPTIONAL_REDIS } from '../redis/redis.module.js';
import { DatabaseProbe } from './database-probe.js';

/** A store slower than this counts as gone. */
const PATIENCE: Duration = seconds(2);

/** Whether this process can do its work. */
@Injectable()
export class Readiness {
  private readonly logger = new Logger('Readiness');
  private leaving = false;
  private running: Promise<boolean> | null = null;

  constructor(
    private readonly database: DatabaseProbe,
    @Inject(OPTIONAL_REDIS) private readonly redis: Redis | null,
  ) {}

  /** From now on the answer is no, whatever the stores say: on the way out no new work should come. */
  leave(): void {
    this.leaving = true;
  }

  /** What the operator should change, although everything works: the field and what it says. As of the last check. */
  get warnings(): Readonly<Record<string, object>> {
    const policy = this.redis?.evictionPolicy ?? null;
    return policy === null ? {} : { redis: { maxmemoryPolicy: policy, warning: evictionWarning(policy) } };
  }

  /** Writes to the stores and reads it back; false where that fails or takes too long. Checks do not pile up. */
  async check(): Promise<boolean> {
    if (this.leaving) return false;
    this.running ??= this.probe().finally(() => (this.running = null));
    return this.running;
  }

  private async probe(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`No answer within ${PATIENCE} ms.`)), PATIENCE);
    });
    try {
      const all = [this.database.check(), this.tryRedis(), this.redis?.lookAtEviction()];
      await Promise.race([Promise.all(all), late]);
      return true;
    } catch (error) {
      this.logger.warn({
        event: 'sys_not_ready',
        reason: error instanceof Error ? error.message : String(error),
      });
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Each check has a key of its own: nodes ask at the same time. */
  private async tryRedis(): Promise<void> {
    if (this.redis === null) return;
    const key = this.redis.key('probe', randomText(9));
    await this.redis.command('SET', key, 'ready', 'PX', PATIENCE);
    const read = await this.redis.command('GETDEL', key);
    if (read !== 'ready') throw new Error('What was written to Redis could not be read.');
  }
}
