import { isStoreFailure } from '../../src/database/store-failure.js';
import { LONGEST_WAIT } from '../../src/database/write-line.js';

/** So often somebody is turned away by a server that has to do with the test, and not with other work of the machine. */
export const MOST_TRIES = 20;

/** Does something again as long as it fails by what passes, so often at most. @throws what it fails by else, or at last. */
export async function again<T>(work: () => Promise<T>, passes: (error: unknown) => boolean): Promise<T> {
  for (let tries = 1; ; tries += 1)
    try {
      return await work();
    } catch (error) {
      if (!passes(error) || tries === MOST_TRIES) throw error;
    }
}

/**
 * Does what may be turned away, as a machine does that is busy with something else: whoever has waited for their turn for about
 * two seconds is told to come again, and nothing is left of what they wanted. So they do.
 */
export const comingAgain = <T>(work: () => Promise<T>): Promise<T> => again(work, isStoreFailure);

/**
 * The same, where it is the subject that nobody is turned away: only who was so after all the time that anybody waits, which many
 * at once may take on such a machine. What fails sooner does so for another reason.
 */
export function comingAgainAfterTheWait<T>(work: () => Promise<T>): Promise<T> {
  let began = 0;
  const timed = () => {
    began = performance.now();
    return work();
  };
  const hasWaited = () => performance.now() - began > LONGEST_WAIT - 100;
  return again(timed, error => isStoreFailure(error) && hasWaited());
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
