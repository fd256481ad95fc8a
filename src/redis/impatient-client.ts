import { isDemoted, isReply } from './error-replies.js';
import type { RedisConnection, RedisEvent } from './redis-connection.js';
import { AGAIN, HURRY, SILENCE, within } from './redis-waits.js';

/**
 * Gives a command up that has no answer after {@link SILENCE}, and its connection with it: the driver's own limit
 * counts from the last thing written, so that with enough traffic it would never come. A connection that is over, or
 * whose server takes no writes any more, is replaced by a new one, wherever the server is by then. No command is ever
 * sent twice: whether the first one was done, nobody knows.
 */
export class ImpatientClient {
  private readonly listeners: [RedisEvent, (error: unknown) => void][] = [];
  private connection: RedisConnection;
  private ended = false;

  constructor(private readonly make: () => RedisConnection) {
    this.connection = this.made();
  }

  /** Sends a command that works on `key`. @returns strings, numbers, null, and lists of them. */
  send(key: string, words: readonly string[]): Promise<unknown> {
    const { connection } = this;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        const silent = new Error(`No answer within ${SILENCE} ms`);
        reject(silent);
        this.replace(connection, silent);
      }, SILENCE);
      connection.send(key, words).then(
        answer => {
          clearTimeout(late);
          resolve(answer);
        },
        (error: unknown) => {
          clearTimeout(late);
          reject(error);
          if (isDemoted(error)) this.replace(connection, new Error(error.message));
        },
      );
    });
  }

  /** Whether one command may work on any keys together: not on a cluster. */
  get isWhole(): boolean {
    return this.connection.isWhole;
  }

  /**
   * Asks the server, or each master of a cluster. @returns the answers that came within {@link HURRY}: whoever does not
   * answer, or may not, is left out. Never throws.
   */
  askMasters(words: readonly string[]): Promise<readonly unknown[]> {
    return within(HURRY, this.connection.askMasters(words)).catch(() => []);
  }

  connect(): Promise<unknown> {
    return this.connection.connect();
  }

  /** Answers what is under way, then closes. */
  close(): Promise<unknown> {
    this.ended = true;
    return this.connection.close();
  }

  destroy(): void {
    this.ended = true;
    this.connection.destroy();
  }

  /** Whether an error is what the server answered: it is there. */
  isReply(error: unknown): boolean {
    return isReply(error);
  }

  on(event: 'error' | 'ready', listener: (error: unknown) => void): void {
    this.listeners.push([event, listener]);
    this.connection.on(event, listener);
  }

  private made(): RedisConnection {
    const connection = this.make();
    for (const [event, listener] of this.listeners) connection.on(event, listener);
    connection.on('end', error => this.replace(connection, asError(error)));
    return connection;
  }

  /** Unless that was done already: everything that waits on the old connection fails, and a new one is made. */
  private replace(old: RedisConnection, why: Error): void {
    if (this.connection !== old || this.ended) return;
    this.connection = this.made();
    for (const [event, listener] of this.listeners) if (event === 'error') listener(why);
    old.destroy();
    const { connection } = this;
    connection.connect().catch((error: unknown) => {
      setTimeout(() => this.replace(connection, asError(error)), AGAIN).unref();
    });
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
