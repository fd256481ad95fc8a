import { addPeople, addSessions } from './furnish.js';
import { layGround } from './house.js';
import { sessionAt } from './household.js';
import { bytes, type Line } from './report.js';
import type { Rounds } from './rounds.js';
import { type Kind, NAMES } from './storage/place.js';

const HOUSEHOLD = { people: 10_000, sessions: 100_000 };

/** What a session takes in each store, with its share of all indexes. */
export async function sizes(_: Rounds, __: string, kinds: readonly Kind[]): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const kind of kinds) lines.push(await sizeIn(kind));
  return lines;
}

async function sizeIn(kind: Kind): Promise<Line> {
  const { storage, remove } = await layGround(kind);
  try {
    await addPeople(storage, HOUSEHOLD.people);
    const before = await storage.occupied();
    await addSessions(storage, HOUSEHOLD);
    await storage.settle();
    const each = ((await storage.occupied()) - before) / HOUSEHOLD.sessions;
    const alone = await storage.alone(sessionAt(0, HOUSEHOLD.people, 0));
    return {
      work: `one of ${HOUSEHOLD.sessions.toLocaleString('en')} sessions, ${NAMES[kind]}`,
      gatehouse: bytes(each),
      against: alone.what,
      its: bytes(alone.bytes),
      ratio: each / alone.bytes,
      goal: null,
    };
  } finally {
    await remove();
  }
}
