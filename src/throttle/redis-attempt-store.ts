import type { Instant } from '../kernel/clock.js';
import { Unavailable } from '../kernel/unavailable.js';
import { type Redis, RedisScript } from '../redis/redis.js';
import { type Count, failuresAt, forgottenAt, NOTHING, refusalAt, spendAt } from './attempt-policy.js';
import { AttemptStore, type Budget, type CountOutcome } from './attempt-store.js';

/** How often a decision is made anew because somebody else counted in between. Each time somebody got on with it. */
const MOST_TRIES = 100;

/** A count as it stands in Redis: `failures:instant of the last one`; null for none. */
type Text = string | null;

/**
 * Counters of failures in Redis, each a key that goes when it says nothing any more. The policy is decided here:
 * Redis takes the new counts only if the old ones are still what the decision was made from. All of them lie in one
 * slot of a cluster, because an attempt is counted against several in one step.
 */
export class RedisAttemptStore extends AttemptStore {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly redis: Redis) {
    super();
  }

  async count(budgets: readonly Budget[], now: Instant): Promise<CountOutcome> {
    const refusal = refusalAt(budgets, (await this.read(budgets)).map(countIn), now);
    if (refusal !== null) return refusal;
    return this.inTurn(async () => {
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        const read = await this.read(budgets);
        const done = spendAt(budgets, read.map(countIn), now);
        const counts = done.outcome === 'refused' ? done.setRight : done.counts;
        if (counts === null || (await this.replace(budgets, { read, counts, now }))) return done;
      }
      throw new Unavailable('The counters of attempts change too fast.');
    });
  }

  async failures(budgets: readonly Budget[], now: Instant): Promise<readonly number[]> {
    const counted = (await this.read(budgets)).map(countIn);
    return failuresAt(budgets, counted, now);
  }

  async giveBack(cleared: readonly Budget[], refunded: readonly Budget[], now: Instant): Promise<void> {
    const budgets = [...cleared, ...refunded];
    await this.inTurn(async () => {
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        const read = await this.read(budgets);
        const counts = read.map((text, index) => (index < cleared.length ? NOTHING : oneLess(countIn(text))));
        if (await this.replace(budgets, { read, counts, now })) return;
      }
      throw new Unavailable('The counters of attempts change too fast.');
    });
  }

  private async read(budgets: readonly Budget[]): Promise<Text[]> {
    const [first = '', ...others] = budgets.map(budget => this.key(budget));
    const texts = await this.redis.command('MGET', first, ...others);
    return Array.isArray(texts) ? texts.map(text => (typeof text === 'string' ? text : null)) : [];
  }

  /** @returns false where one of the counts was another by now; then nothing was changed. */
  private async replace(
    budgets: readonly Budget[],
    {
      read,
      counts,
      now,
    }: { readonly read: readonly Text[]; readonly counts: readonly Count[]; readonly now: Instant },
  ): Promise<boolean> {
    const [first = '', ...others] = budgets.map(budget => this.key(budget));
    const changes = budgets.flatMap(({ policy }, index) => {
      const count = counts[index] ?? NOTHING;
      const life = count.failures > 0 ? forgottenAt(count, policy) - now : 0;
      return [read[index] ?? '', `${count.failures}:${count.lastAt}`, Math.max(0, life)];
    });
    return (await this.redis.runOnSlot(REPLACE, [first, ...others], ...changes)) === 1;
  }

  /** In one process, one after the other: only other nodes can come in between. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work);
    this.last = result.catch(() => undefined);
    return result;
  }

  private key({ key }: Budget): string {
    return this.redis.key('{attempts}', key);
  }
}

function countIn(text: Text): Count {
  if (text === null) return NOTHING;
  const [failures = '0', lastAt = '0'] = text.split(':');
  return { failures: Number(failures), lastAt: Number(lastAt) };
}

const oneLess = ({ failures, lastAt }: Count): Count => ({ failures: Math.max(0, failures - 1), lastAt });

/** For each key: what was read ('' for nothing), what to write, and for how long (0: away with it). */
const REPLACE = new RedisScript(`
  for i, key in ipairs(KEYS) do
    if (redis.call('GET', key) or '') ~= ARGV[3 * i - 2] then return 0 end
  end
  for i, key in ipairs(KEYS) do
    if ARGV[3 * i] == '0' then redis.call('DEL', key)
    else redis.call('SET', key, ARGV[3 * i - 1], 'PX', ARGV[3 * i]) end
  end
  return 1`);
