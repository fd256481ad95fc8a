import { cookieOf, FRESH, type Household, personAt, sessionAt, usedAt } from './household.js';
import type { Storage } from './storage/storage.js';

/** What a filled store holds, as the load generator needs it. */
export interface Furnished {
  /** Usernames; everybody has the same password. */
  readonly people: readonly string[];
  /** `Cookie` headers of sessions: all, or an even choice of {@link MOST_COOKIES}. */
  readonly cookies: readonly string[];
  /** What everybody's password is verified against. */
  readonly passwordHash: string;
  /** Makes the chosen sessions as if used just now, so that the minute's write of `last_seen_at` is not due. */
  refresh(): Promise<void>;
}

const MOST_COOKIES = 20_000;
const BATCH = 20_000;

/** Fills a store: people with one password, and sessions whose cookies are known, because the secret is. */
export async function furnish(storage: Storage, household: Household, secret: string): Promise<Furnished> {
  const { people, sessions } = household;
  await addPeople(storage, people);
  await addSessions(storage, household);
  const chosen = evenly(sessions, MOST_COOKIES);
  const named = chosen.map(index => sessionAt(index, people, 0));
  let freshUntil = 0;
  const refresh = async () => {
    if (Date.now() < freshUntil) return;
    const now = Date.now();
    await storage.touch(named, usedAt(now));
    await storage.settle();
    freshUntil = now + FRESH;
  };
  await refresh();
  return {
    people: Array.from({ length: people }, (_, index) => personAt(index).username),
    cookies: chosen.map(index => cookieOf(index, secret)),
    passwordHash: await storage.passwordHash(),
    refresh,
  };
}

/** Adds so many people to a store. */
export const addPeople = (storage: Storage, people: number): Promise<void> =>
  inBatches(people, indices => storage.addPeople(indices.map(personAt)));

/** Adds the sessions of so many people, whom the store has already. */
export async function addSessions(storage: Storage, { people, sessions }: Household): Promise<void> {
  const now = Date.now();
  await inBatches(sessions, indices =>
    storage.addSessions(indices.map(index => sessionAt(index, people, now))),
  );
}

/** Numbers below `count`, at most so many, with equal steps between them. */
export const evenly = (count: number, most: number): number[] => {
  const length = Math.min(count, most);
  return Array.from({ length }, (_, index) => Math.floor((index * count) / length));
};

async function inBatches(count: number, work: (indices: readonly number[]) => Promise<void>): Promise<void> {
  for (let from = 0; from < count; from += BATCH)
    await work(Array.from({ length: Math.min(BATCH, count - from) }, (_, index) => from + index));
}
