import type { LiveSession } from './session-store.js';

/**
 * A session that has begun, with the id that opens it, and that no browser has yet: what a use case gives to whoever
 * answers the request. The id stands nowhere else.
 */
export class Entry {
  constructor(
    /** The id for the cookie: 256 random bits as base64url. */
    readonly sid: string,
    readonly live: LiveSession,
  ) {}

  /** What is printed of it says nothing of the id. */
  toJSON(): string {
    return this.live.session.idHash;
  }
}
