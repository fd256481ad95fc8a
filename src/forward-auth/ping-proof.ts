import type { DataKeys } from '../crypto/data-keys.js';
import { macOf } from '../crypto/mac.js';

/** What somebody may ask a proof for: 256 random bits, as we write them. */
export const isChallenge = (given: unknown): given is string =>
  typeof given === 'string' && /^[\w-]{43}$/.test(given);

/**
 * What shows that an answer comes from a Gatehouse with these data keys, and from no other server that the name of an
 * application happens to lead to: a MAC of what was asked with and what is answered, by each key, the current one first.
 * @param origin as which the request arrived; null for that of no application.
 * @throws ConfigError where there is no data key
 */
export const proofsOf = (keys: DataKeys, challenge: string, origin: string | null): readonly string[] =>
  keys.allFor('gate ping').map(key => macOf(key, `${challenge} ${origin ?? ''}`));
