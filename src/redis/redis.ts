import { Logger } from '@nestjs/common';
import type { RedisConfig } from '../config/app-config.js';
import { explainRedis } from './explain-redis.js';
import type { ImpatientClient } from './impatient-client.js';
import { asUnavailable } from './redis-replies.js';

/** A Lua script that Redis runs as one step. */
export class RedisScript {
  constructor(readonly text: string) {}
}

/** The connection to Redis, or to a server that speaks its language (Valkey). */
export class Redis {
  private readonly logger = new Logger('Redis');
  private lost = false;
  private policy: string | null = null;

  private constructor(
    private readonly client: ImpatientClient,
    private readonly prefix: string,
  ) {
    client.on('error', error => this.report(error));
    client.on('ready', () => this.reportReturn());
  }

  /** Connects. @throws ConfigError where the server cannot be used. */
  static async connect(config: RedisConfig): Promise<Redis> {
    // With the driver, which is a fifth of all modules: only who has a Redis loads it.
    const { redisClient } = await import('./redis-client.js');
    const client = redisClient(config);
    const redis = new Redis(client, config.prefix);
    const failed = new Promise<never>((_, reject) => client.on('error', reject));
    try {
      await Promise.race([client.connect(), failed]);
      return redis;
    } catch (error) {
      client.destroy();
      throw explainRedis(error, config);
    }
  }

  /** A key of ours: `gatehouse:session:…`. What must lie in one slot of a cluster has a part in braces. */
  key(...parts: readonly string[]): string {
    return [this.prefix, ...parts].join(':');
  }

  /**
   * Sends a command that works on `key`; those sent in one turn of the event loop go out together.
   * @returns strings, numbers, null, and lists of them. @throws Unavailable
   */
  async command(name: string, key: string, ...words: readonly (string | number)[]): Promise<unknown> {
    try {
      return await this.client.send(key, [name, key, ...words.map(String)]);
    } catch (error) {
      throw asUnavailable(error);
    }
  }

  /**
   * What stands at several keys, in their order, null for nothing: by one command, or on a cluster one for each key, because
   * they may lie on different machines. @throws Unavailable
   */
  async valuesOf(keys: readonly [string, ...string[]]): Promise<readonly unknown[]> {
    if (!this.client.isWhole) return Promise.all(keys.map(key => this.command('GET', key)));
    const values = await this.command('MGET', ...keys);
    return Array.isArray(values) ? values : [];
  }

  /** Runs a script on `key`. @throws Unavailable */
  run(script: RedisScript, key: string, ...words: readonly (string | number)[]): Promise<unknown> {
    return this.runOnSlot(script, [key], ...words);
  }

  /** Runs a script on several keys, which must lie in one slot of a cluster. @throws Unavailable */
  async runOnSlot(
    { text }: RedisScript,
    keys: readonly [string, ...string[]],
    ...words: readonly (string | number)[]
  ): Promise<unknown> {
    try {
      const script = ['EVAL', text, String(keys.length), ...keys, ...words.map(String)];
      return await this.client.send(keys[0], script);
    } catch (error) {
      throw asUnavailable(error);
    }
  }

  /** Answers what is under way, then closes the connection. */
  async close(): Promise<void> {
    if (this.lost) return this.client.destroy();
    await this.client.close();
  }

  /**
   * Redis may be told to throw keys away when its memory is full. @returns the `maxmemory-policy` by which it does so,
   * as it said last, of a cluster that of a master that does; null: it does not, or may not be asked.
   */
  get evictionPolicy(): string | null {
    return this.policy;
  }

  /** Asks for the {@link evictionPolicy}, and warns where it is a new one. Takes a second at most and never throws. */
  async lookAtEviction(): Promise<void> {
    // `INFO` needs less than `CONFIG GET`. Not everybody may ask for it; then it is for the operator to know.
    const answers = await this.client.askMasters(['INFO', 'memory']);
    const policies = answers.flatMap(info => /maxmemory_policy:(\S+)/.exec(String(info))?.[1] ?? []);
    if (policies.length === 0) return;
    const before = this.policy;
    this.policy = policies.find(policy => policy !== 'noeviction') ?? null;
    if (this.policy !== null && this.policy !== before) this.logger.warn(evictionWarning(this.policy));
  }

  /** A server that answers, were it only with an error, is not lost. */
  private report(error: unknown): void {
    if (this.lost || this.client.isReply(error)) return;
    this.lost = true;
    this.logger.warn({
      event: 'sys_redis_lost',
      reason: error instanceof Error ? error.message : String(error),
    });
  }

  private reportReturn(): void {
    if (this.lost) this.logger.log({ event: 'sys_redis_back' });
    this.lost = false;
  }
}

/** What an operator should know of a `maxmemory-policy` that throws keys away, and do. */
export const evictionWarning = (policy: string): string =>
  `Redis throws keys away when its memory is full (maxmemory-policy ${policy}): people would be signed out, lists of ` +
  'sessions would lack some, and counts of failed attempts would begin anew, so that passwords can be guessed without ' +
  'limit. Set maxmemory-policy to noeviction.';
