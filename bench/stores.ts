import { evenly } from './furnish.js';
import { openHouse } from './house.js';
import { CONNECTIONS } from './load.js';
import { ownDatabase, ownKeys } from './engines.js';
import { asking, WORKS, type Work } from './pages.js';
import { signIns, startPeer } from './peer.js';
import { type Line, perSecond } from './report.js';
import { type Figures, inTurns, median, ratio, type Rounds } from './rounds.js';
import type { Server } from './server.js';
import { type Kind, NAMES } from './storage/place.js';

/** Sessions that every contestant's store holds; each connection uses one of them. */
const SESSIONS = 5000;
const PEOPLE = SESSIONS / 10;

/** Times what the tutorial does on the same engine. */
const GOAL = 1.5;

/** The tutorial as it stands. */
const MEMORY = 'tutorial';

/** The same with the store that is usually put under it, for those of Gatehouse's that have such a one. */
const RIVALS: Readonly<Record<Kind, string | null>> = {
  sqlite: null,
  postgres: 'tutorial-connect-pg-simple',
  'postgres+redis': 'tutorial-connect-redis',
};

/** Somebody who answers requests of signed-in people. */
interface Contestant extends Server {
  readonly cookies: readonly string[];
}

/** Requests a second of Gatehouse on each store, and of the tutorial in memory and on each store. */
export async function stores(
  rounds: Rounds,
  folder: string,
  kinds: readonly Kind[],
): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const work of WORKS.filter(({ signedIn }) => signedIn))
    lines.push(...(await compare(work, rounds, { folder, kinds })));
  return lines;
}

async function compare(
  work: Work,
  rounds: Rounds,
  { folder, kinds }: { readonly folder: string; readonly kinds: readonly Kind[] },
): Promise<readonly Line[]> {
  const rivals = [MEMORY, ...kinds.map(kind => RIVALS[kind]).filter(name => name !== null)];
  const contestants: Record<string, Contestant> = {};
  try {
    for (const kind of kinds)
      contestants[kind] = await openHouse({ people: PEOPLE, sessions: SESSIONS }, kind);
    for (const name of rivals) contestants[name] = await openTutorial(name, folder);
    const figures = await inTurns(
      rounds,
      Object.fromEntries(
        Object.entries(contestants).map(([name, contestant]) => {
          const path = rivals.includes(name) ? work.peers : work.gatehouse;
          return [name, asking(contestant, path, onePerConnection(contestant.cookies))];
        }),
      ),
    );
    return kinds.flatMap(kind =>
      [RIVALS[kind], MEMORY].filter(name => name !== null).map(name => lineOf(work, figures, { kind, name })),
    );
  } finally {
    await Promise.all(Object.values(contestants).map(contestant => contestant.stop()));
  }
}

const lineOf = (
  work: Work,
  figures: Figures,
  { kind, name }: { readonly kind: Kind; readonly name: string },
): Line => ({
  work: `${work.name}, ${NAMES[kind]}`,
  gatehouse: perSecond(median(figures[kind] ?? [])),
  against: name === MEMORY ? 'tutorial, memory' : name.replace('tutorial-', 'tutorial, '),
  its: perSecond(median(figures[name] ?? [])),
  ratio: ratio(figures, kind, name),
  goal: name === MEMORY ? null : { least: GOAL },
});

/** The tutorial with as many sessions as everybody has, which come in by its front door. */
async function openTutorial(name: string, folder: string): Promise<Contestant> {
  const { environment, remove } = await engineOf(name);
  const peer = await startPeer(name, folder, environment);
  return {
    ...peer,
    cookies: await signIns(peer, SESSIONS),
    stop: async () => {
      await peer.stop();
      await remove();
    },
  };
}

async function engineOf(name: string) {
  if (name === MEMORY) return { environment: {}, remove: async () => undefined };
  const { url, prefix, remove } =
    name === RIVALS.postgres ? { prefix: '', ...(await ownDatabase()) } : ownKeys();
  return { environment: { STORE_URL: url, STORE_PREFIX: prefix }, remove };
}

/** Cookies from all over the store, so that no two connections work on neighbouring rows. */
const onePerConnection = (cookies: readonly string[]): readonly string[] =>
  evenly(cookies.length, CONNECTIONS).map(index => cookies[index] ?? '');
