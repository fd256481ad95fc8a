import { asUnavailable } from './store-failure.js';

/** Most keys in one look-up. */
const MAX_BATCH = 256;

/** Reads what the keys stand for; keys of nothing are absent from the answer. */
export type ReadTogether<T> = (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>;

/** Somebody who waits for what a key stands for. */
interface Waiting<T> {
  readonly key: string;
  readonly resolve: (found: T | null) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Finds things by their keys, many requests in one statement. Requests that arrive while a statement runs go
 * out together in the next one; nothing is remembered from one statement to the next.
 */
export class BatchedLookUp<T> {
  private waiting: Waiting<T>[] = [];
  /** Whether a statement runs, or is about to. */
  private isBusy = false;

  constructor(private readonly read: ReadTogether<T>) {}

  /** What the key stands for; null for nothing. @throws Unavailable */
  find(key: string): Promise<T | null> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ key, resolve, reject });
      if (this.isBusy) return;
      this.isBusy = true;
      this.goOn();
    });
  }

  /** In a turn of its own: whatever has arrived by then goes along. */
  private goOn(): void {
    setImmediate(() => void this.next());
  }

  private async next(): Promise<void> {
    const batch = this.waiting.splice(0, MAX_BATCH);
    try {
      const found = await this.read([...new Set(batch.map(({ key }) => key))]);
      for (const { key, resolve } of batch) resolve(found.get(key) ?? null);
    } catch (error) {
      // Whoever waited for a statement that failed has waited long enough: they share its failure, or they would wait
      // for the next one's as well.
      const failure = asUnavailable(error);
      for (const { reject } of [...batch, ...this.waiting.splice(0)]) reject(failure);
    }
    if (this.waiting.length > 0) this.goOn();
    else this.isBusy = false;
  }
}
