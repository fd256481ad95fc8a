import type { Clock, Instant } from '../kernel/clock.js';
import { type Duration, minutes, seconds } from '../kernel/durations.js';
import { delayAfterAttempt } from './mail-delivery.js';
import type { Others } from './mail-transport.js';

/** Mails under way at once, at most. */
const MOST = 10;

/** A mail under way for longer than this holds up no other: the server thinks about it. */
export const SLOW: Duration = seconds(2);

/** The longest pause: a server that is back gets its mails soon. */
const LONGEST: Duration = minutes(5);

/**
 * How many mails may be under way. It begins with one, and each that the server dealt with adds one. While no
 * mail would go, one at a time finds out whether that is over, and not each of a thousand: at each look while
 * the server cannot be reached, and after ever longer pauses where it refuses us, because servers lock out
 * whoever fails to sign in too often.
 */
export class DeliveryPace {
  private failures = 0;
  private until: Instant = 0;
  private look = 0;
  private failedAt: number | null = null;
  private dealtWith = 0;

  constructor(private readonly clock: Clock) {}

  /** Somebody looks again for mails that are due. */
  lookAgain(): void {
    this.look += 1;
  }

  /** The look that a try is begun at, for {@link note}. */
  get thisLook(): number {
    return this.look;
  }

  /** Nothing is under way or due: what comes next begins anew with one. */
  rest(): void {
    this.dealtWith = 0;
  }

  /** How many more may begin. @param slow how many of those under way take longer than {@link SLOW}. */
  room(underWay: number, slow: number): number {
    const most = this.failures > 0 ? 1 : 1 + this.dealtWith;
    return this.isPaused() ? 0 : Math.min(MOST, most + slow) - underWay;
  }

  /** Takes note of how a try ended that was begun at this look. */
  note(others: Others, look: number): void {
    if (others === 'free') {
      [this.failures, this.failedAt, this.dealtWith] = [0, null, this.dealtWith + 1];
      return;
    }
    const known = this.isPaused();
    [this.failedAt, this.dealtWith] = [look, 0];
    if (known) return;
    this.failures += 1;
    const pause = others === 'barred' ? Math.min(LONGEST, delayAfterAttempt(this.failures)) : 0;
    this.until = this.clock.now() + pause;
  }

  private isPaused(): boolean {
    if (this.failures === 0) return false;
    const left = this.until - this.clock.now();
    // A pause longer than the longest comes from a clock that was wrong.
    return this.failedAt === this.look || (left > 0 && left <= LONGEST);
  }
}
