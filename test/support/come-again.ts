import { isStoreFailure } from '../../src/database/store-failure.js';
import { LONGEST_WAIT } from '../../src/database/write-line.js';

/** So often somebody is turned away by a server that has to do with the test, and not with other work of the machine. */
export const MOST_TRIES = 20;

/**
 * Does what may be turned away, as a machine does that is busy with something else: whoever has waited for their turn for about
 * two seconds is told to come again, and nothing is left of what they wanted. So they do.
 */
export async function comingAgain<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1)
    try {
      return await work();
    } catch (error) {
      if (!isStoreFailure(error) || tries === MOST_TRIES) throw error;
    }
}

/**
 * The same, where it is the subject that nobody is turned away: only who was so after all the time that anybody waits, which many
 * at once may take on such a machine. What fails sooner does so for another reason.
 */
export async function comingAgainAfterTheWait<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const began = performance.now();
    try {
      return await work();
    } catch (error) {
      const hasWaited = performance.now() - began > LONGEST_WAIT - 100;
      if (!isStoreFailure(error) || !hasWaited || tries === MOST_TRIES) throw error;
    }
  }
}

/** The same store, each of whose methods does so. */
export function patient<Store extends object>(store: Store): Store {
  return new Proxy(store, {
    get(target, name) {
      const found: unknown = Reflect.get(target, name);
      if (typeof found !== 'function') return found;
      return (...given: unknown[]) => comingAgain(async () => Reflect.apply(found, target, given) as unknown);
    },
  });
}
