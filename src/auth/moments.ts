import { Injectable } from '@nestjs/common';
import type { Visit } from '../http/visit.js';
import { Clock, type Instant } from '../kernel/clock.js';
import { type Duration, seconds } from '../kernel/durations.js';

/** How long after something was done the next page may come. */
const WINDOW: Duration = seconds(10);

/** How many are remembered. */
const MOST = 1000;

/**
 * What browsers did here a moment ago, by their address and name: so that the page they come to next can say
 * the right thing. In this process alone, and worth a sentence that is true for everybody, no more: another
 * browser at the same address may look the same.
 */
@Injectable()
export class Moments {
  private readonly known = new Map<string, Instant>();

  constructor(private readonly clock: Clock) {}

  /** This browser has done it just now. */
  note(visit: Visit, what: string): void {
    const [oldest] = this.known.keys();
    if (oldest !== undefined && this.known.size >= MOST) this.known.delete(oldest);
    this.known.set(nameOf(visit, what), this.clock.now());
  }

  /** Whether this browser did it a moment ago. */
  has(visit: Visit, what: string): boolean {
    if (this.known.size === 0) return false;
    const at = this.known.get(nameOf(visit, what));
    return at !== undefined && Math.abs(this.clock.now() - at) <= WINDOW;
  }

  /** The same, once. */
  take(visit: Visit, what: string): boolean {
    const has = this.has(visit, what);
    if (has) this.known.delete(nameOf(visit, what));
    return has;
  }
}

const nameOf = ({ origin: { ip, userAgent } }: Visit, what: string): string =>
  JSON.stringify([ip, userAgent, what]);
