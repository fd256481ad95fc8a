import type { Instant } from '../kernel/clock.js';
import type { Duration } from '../kernel/durations.js';

/** Tells what has been so for a while, as far as this process has seen: what changed in between begins anew. */
export class Lasting {
  private readonly seen = new Map<string, Instant>();

  constructor(private readonly long: Duration) {}

  /** @param facts all that are so now, each as a text. @returns those that have been so long enough */
  of(facts: readonly string[], now: Instant): readonly string[] {
    for (const fact of this.seen.keys()) if (!facts.includes(fact)) this.seen.delete(fact);
    // After a clock was put back nobody knows how long it has been.
    for (const fact of facts) if ((this.seen.get(fact) ?? Infinity) > now) this.seen.set(fact, now);
    return facts.filter(fact => now - (this.seen.get(fact) ?? now) >= this.long);
  }
}
