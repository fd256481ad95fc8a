/** What this program needs of a connection, whether to one server or to a cluster. */
export interface RedisConnection {
  /** Sends a command that works on `key`. @returns strings, numbers, null, and lists of them. */
  send(key: string, words: readonly string[]): Promise<unknown>;
  /** Asks the server, or each master of a cluster. @returns the answers; whoever may not is left out. */
  askMasters(words: readonly string[]): Promise<readonly unknown[]>;
  /** Whether one server has all keys, so that one command may work on any of them together. */
  readonly isWhole: boolean;
  connect(): Promise<unknown>;
  /** Answers what is under way, then closes. */
  close(): Promise<unknown>;
  destroy(): void;
  on(event: RedisEvent, listener: (error: unknown) => void): unknown;
}

/** `end`: the connection is over, and does not come back by itself. */
export type RedisEvent = 'error' | 'ready' | 'end';
