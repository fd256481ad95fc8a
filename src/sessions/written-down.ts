import type { Instant } from '../kernel/clock.js';
import { isTouchDue } from './session-policy.js';

/** How many are remembered; beyond it one is written once more than needed. */
const REMEMBERED_MOST = 10_000;

/** What this process has written down as used, so that many requests at once write it once a minute together. */
export class WrittenDown {
  private readonly written = new Map<string, Instant>();

  /** Whether use at this instant is still to be written down. From now on it counts as written. @param key what names it */
  claim(key: string, usedAt: Instant): boolean {
    const before = this.written.get(key);
    if (before !== undefined && !isTouchDue(before, usedAt)) return false;
    if (this.written.size >= REMEMBERED_MOST) this.written.clear();
    this.written.set(key, usedAt);
    return true;
  }

  /** It could not be written: the next use tries again. */
  failed(key: string): void {
    this.written.delete(key);
  }
}
