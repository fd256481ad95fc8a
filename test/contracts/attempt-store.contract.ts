import { days, hours, minutes, seconds } from '../../src/kernel/durations.js';
import { Unavailable } from '../../src/kernel/unavailable.js';
import type { AttemptStore, Budget } from '../../src/throttle/attempt-store.js';
import { RedisAttemptStore } from '../../src/throttle/redis-attempt-store.js';
import { SqlAttemptStore } from '../../src/throttle/sql-attempt-store.js';
import { patient } from '../support/come-again.js';
import type { OpenStores } from './open-stores.js';

const POLICY = { free: 3, firstDelay: seconds(30), longestDelay: minutes(5), memory: minutes(30) };
const budget = (key: string, free = POLICY.free): Budget => ({ key, policy: { ...POLICY, free } });

/** What every store of counts must do: the comments of `AttemptStore`, as tests. */
export function attemptStoreContract(open: () => Promise<OpenStores>): void {
  let stores: OpenStores;
  let nodes: readonly AttemptStore[];
  let store: AttemptStore;
  beforeEach(async () => {
    stores = await open();
    const { dataSource, redis, transaction } = stores;
    const node = () =>
      patient(redis === null ? new SqlAttemptStore(dataSource, transaction) : new RedisAttemptStore(redis));
    nodes = [node(), node()];
    store = node();
  });
  afterEach(() => stores.close());

  const now = () => stores.clock.now();
  const spend = (...budgets: Budget[]) => store.spend(budgets, now());
  const times = async (count: number, work: () => Promise<unknown>) => {
    const answers: unknown[] = [];
    for (let turn = 0; turn < count; turn++) answers.push(await work());
    return answers;
  };

  it('allows what a budget has, then says how long to wait, and longer after each further failure', async () => {
    const one = budget('one');
    expect(await times(4, () => spend(one))).toEqual([null, null, null, seconds(30)]);
    stores.clock.pass(seconds(29));
    expect(await spend(one)).toBe(seconds(1));
    stores.clock.pass(seconds(1));
    expect(await times(2, () => spend(one))).toEqual([null, minutes(1)]);
  });

  it('counts nothing where one of several budgets allows none', async () => {
    await times(3, () => spend(budget('full')));
    expect(await times(5, () => spend(budget('other'), budget('full')))).toEqual(Array(5).fill(seconds(30)));
    expect(await times(4, () => spend(budget('other')))).toEqual([null, null, null, seconds(30)]);
  });

  it('counts nothing against a quiet budget that allows none, but against those beside it, and says so', async () => {
    const quiet = { ...budget('quiet'), quiet: true };
    await times(3, () => spend(quiet));
    const done = await times(4, () => store.count([budget('loud'), quiet], now()));
    const counted = { outcome: 'counted', spent: true };
    expect(done).toMatchObject([counted, counted, counted, { outcome: 'refused', retryAfter: seconds(30) }]);
    expect(await store.count([budget('other'), quiet], now())).toMatchObject(counted);
    stores.clock.pass(seconds(30));
    expect(await store.count([budget('other'), quiet], now())).toMatchObject({
      outcome: 'counted',
      spent: false,
    });
    expect(await store.count([quiet], now())).toMatchObject(counted);
  });

  it('lets exactly what is left through, of many who come at once on several nodes', async () => {
    const all = [...Array(40).keys()].map(turn =>
      (nodes[turn % 2] ?? store).spend([budget('shared'), budget(`own ${turn}`)], now()),
    );
    const answers = await Promise.all(all);
    expect(answers.filter(answer => answer === null)).toHaveLength(3);
    expect(new Set(answers)).toEqual(new Set([null, seconds(30)]));
  });

  it('asks for several budgets in any order without two waiting for each other', async () => {
    const [one, two] = [budget('one', 1000), budget('two', 1000)];
    const all = [...Array(40).keys()].map(turn =>
      (nodes[turn % 2] ?? store).spend(turn % 3 ? [one, two] : [two, one], now()),
    );
    expect(await Promise.all(all)).toEqual(Array(40).fill(null));
    expect(await store.spend([budget('one', 40)], now())).toBe(seconds(30));
  });

  it('gives back one failure, or all of them', async () => {
    const [mine, shared] = [budget('mine'), budget('shared')];
    await times(3, () => spend(mine, shared));
    await store.giveBack([mine], [shared], now());
    expect(await spend(shared)).toBeNull();
    expect(await spend(shared)).toBe(seconds(30));
    expect(await times(4, () => spend(mine))).toEqual([null, null, null, seconds(30)]);
  });

  it('tells how many failures there are, without a trace; none of those that are forgotten', async () => {
    const [one, other] = [budget('one'), budget('other')];
    await times(2, () => spend(one));
    expect(await store.failures([one, other], now())).toEqual([2, 0]);
    expect(await store.failures([other, one], now())).toEqual([0, 2]);
    stores.clock.pass(minutes(30));
    expect(await store.failures([one], now())).toEqual([0]);
  });

  it('gives back what was never counted without minding', async () => {
    await store.giveBack([budget('a')], [budget('b')], now());
    expect(await times(4, () => spend(budget('b')))).toEqual([null, null, null, seconds(30)]);
  });

  it('forgets when nothing has failed for long enough', async () => {
    await times(3, () => spend(budget('one')));
    stores.clock.pass(minutes(30));
    expect(await times(4, () => spend(budget('one')))).toEqual([null, null, null, seconds(30)]);
  });

  it('counts a failure of the future, from when the clock ran ahead, as one of now, and from then on', async () => {
    const ahead = stores.clock.now() + days(1);
    const one = budget('one');
    await times(3, () => store.spend([one], ahead));
    expect(await spend(one)).toBe(seconds(30));
    stores.clock.pass(seconds(29));
    expect(await spend(one)).toBe(seconds(1));
    stores.clock.pass(seconds(1));
    expect(await times(2, () => spend(one))).toEqual([null, minutes(1)]);
  });

  it('waits for nothing longer when the clock is set back, and no budget beside it loses its count', async () => {
    const [one, other] = [budget('one'), budget('other')];
    await times(3, () => spend(one));
    await times(2, () => spend(other));
    stores.clock.pass(-hours(1));
    expect(await spend(one, other)).toBe(seconds(30));
    stores.clock.pass(seconds(30));
    expect(await spend(one, other)).toBeNull();
    expect(await spend(other)).toBe(seconds(30));
  });

  it('throws Unavailable where it cannot answer', async () => {
    await stores.breakDown();
    await expect(spend(budget('one'))).rejects.toBeInstanceOf(Unavailable);
    await expect(store.failures([budget('one')], now())).rejects.toBeInstanceOf(Unavailable);
    await expect(store.giveBack([budget('one')], [], now())).rejects.toBeInstanceOf(Unavailable);
  });
}
