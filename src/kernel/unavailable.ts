import { type Duration, seconds } from './durations.js';

/**
 * Something this server depends on cannot answer now: a store, a queue that is full. It is answered 503 with
 * `Retry-After`; nobody is signed out for it and no cookie is cleared.
 */
export class Unavailable extends Error {
  override readonly name: string = 'Unavailable';

  /** @param retryAfter when trying again makes sense. */
  constructor(
    message: string,
    readonly retryAfter: Duration = seconds(5),
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
