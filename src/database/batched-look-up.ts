import DataLoader from 'dataloader';
import { asUnavailable } from './store-failure.js';

/** Most keys in one look-up. */
const MAX_BATCH = 256;

/** Reads what the keys stand for; keys of nothing are absent from the answer. */
export type ReadTogether<T> = (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>;

/**
 * Finds things by their keys, many requests in one statement. Requests that arrive while a statement runs go
 * out together in the next one; nothing is remembered from one statement to the next.
 */
export class BatchedLookUp<T> {
  private running: Promise<unknown> | null = null;
  private failure: unknown = null;
  private readonly loader = new DataLoader<string, T | null>(keys => this.together(keys), {
    cache: false,
    maxBatchSize: MAX_BATCH,
    batchScheduleFn: send => {
      if (this.running === null) setImmediate(send);
      else this.running.then(send, (error: unknown) => this.sendAfter(error, send));
    },
  });

  constructor(private readonly read: ReadTogether<T>) {}

  /** What the key stands for; null for nothing. @throws Unavailable */
  find(key: string): Promise<T | null> {
    return this.loader.load(key);
  }

  /**
   * Whoever waited for a statement that failed has waited long enough: they share its failure, or they would wait
   * for the next one's as well.
   */
  private sendAfter(error: unknown, send: () => void): void {
    this.failure = error;
    send();
    this.failure = null;
  }

  private async together(keys: readonly string[]): Promise<(T | null)[]> {
    if (this.failure !== null) throw asUnavailable(this.failure);
    const query = this.read([...new Set(keys)]);
    this.running = query;
    try {
      const found = await query;
      return keys.map(key => found.get(key) ?? null);
    } catch (error) {
      throw asUnavailable(error);
    } finally {
      if (this.running === query) this.running = null;
    }
  }
}
