import type { Standing } from '../database/write-line.js';
import type { Instant } from '../kernel/clock.js';
import { AttemptStore, type Budget, type CountOutcome, type GivingBack } from './attempt-store.js';
import { RefusalPace } from './refusal-pace.js';

/** Counters whose refusals come at a {@link RefusalPace}, whatever is refused. */
export class PacedAttemptStore extends AttemptStore {
  private readonly pace = new RefusalPace();

  constructor(private readonly store: AttemptStore) {
    super();
  }

  async count(budgets: readonly Budget[], now: Instant, how?: Partial<Standing>): Promise<CountOutcome> {
    const done = await this.store.count(budgets, now, how);
    if (done.outcome === 'refused') await this.pace.turn();
    return done;
  }

  failures(budgets: readonly Budget[], now: Instant): Promise<readonly number[]> {
    return this.store.failures(budgets, now);
  }

  giveBack(
    cleared: readonly Budget[],
    refunded: readonly Budget[],
    now: Instant,
    how?: GivingBack,
  ): Promise<void> {
    return this.store.giveBack(cleared, refunded, now, how);
  }
}
