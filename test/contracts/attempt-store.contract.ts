import { minutes, seconds } from '../../src/kernel/durations.js';
import { Unavailable } from '../../src/kernel/unavailable.js';
import type { AttemptStore, Budget } from '../../src/throttle/attempt-store.js';
import { RedisAttemptStore } from '../../src/throttle/redis-attempt-store.js';
import { SqlAttemptStore } from '../../src/throttle/sql-attempt-store.js';
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
    const { redis, transaction } = stores;
    const node = () => (redis === null ? new SqlAttemptStore(transaction) : new RedisAttemptStore(redis));
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

  it('gives back what was never counted without minding', async () => {
    await store.giveBack([budget('a')], [budget('b')], now());
    expect(await times(4, () => spend(budget('b')))).toEqual([null, null, null, seconds(30)]);
  });

  it('forgets when nothing has failed for long enough', async () => {
    await times(3, () => spend(budget('one')));
    stores.clock.pass(minutes(30));
    expect(await times(4, () => spend(budget('one')))).toEqual([null, null, null, seconds(30)]);
  });

  it('throws Unavailable where it cannot answer', async () => {
    await stores.breakDown();
    await expect(spend(budget('one'))).rejects.toBeInstanceOf(Unavailable);
    await expect(store.giveBack([budget('one')], [], now())).rejects.toBeInstanceOf(Unavailable);
  });
}
