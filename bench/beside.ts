import { setTimeout as pause } from 'node:timers/promises';
import { type House, openHouse } from './house.js';
import { CONNECTIONS, load } from './load.js';
import { buildOf, type OtherBuild } from './other-build.js';
import { engineOf, timeBetween } from './postgres-time.js';
import { processorTime } from './processor-time.js';
import { type Line, milliseconds } from './report.js';
import { median, ratio } from './rounds.js';
import { signInAs } from './sign-in-form.js';
import { type Kind, NAMES } from './storage/place.js';

/**
 * Both servers are started so often, and measured so many times a start: one process of the same program differs from
 * another by several hundredths for as long as it lives, by what was compiled and where it lies in memory.
 */
const STARTS = 3;
const PAIRS_A_START = 3;

/** How long a server has for what it does after it has answered: events are written in the background. */
const AFTERWARDS = 1000;

/** More people than sign in during all measurements, so that nobody does so twice. */
const PEOPLE = 5000;

/** Something that a server is asked for, many times. */
interface Work {
  readonly name: string;
  readonly warmUp: number;
  readonly amount: number;
  /** Whether it hashes passwords: then those threads must be told apart. */
  readonly hashes: boolean;
  /** Asks so many times. */
  readonly ask: (house: House) => (amount: number) => Promise<unknown>;
}

const WORKS: Readonly<Record<string, Work>> = {
  'sign-ins': {
    name: 'a sign-in, outside the hashing threads',
    warmUp: 30,
    amount: 200,
    hashes: true,
    ask: ({ url, people }) => {
      const next = signInAs(people, url);
      return async amount => load({ url, seconds: 0, amount, connections: 8, next: await next, status: 303 });
    },
  },
  pages: {
    name: 'a signed-in page',
    warmUp: 500,
    amount: 8000,
    hashes: false,
    ask:
      ({ url, cookies }) =>
      amount =>
        load({ url: `${url}/welcome`, seconds: 0, amount, cookies, status: 200 }),
  },
};

/**
 * `npm run bench -- beside COMMIT [sign-ins | pages …]`: processor time of the server and its engine, of this build
 * beside that of another commit.
 */
export async function beside(
  [commit = '', ...names]: readonly string[],
  kinds: readonly Kind[],
): Promise<readonly Line[]> {
  const unknown = names.find(name => !(name in WORKS));
  if (commit === '' || unknown !== undefined)
    throw new Error(`npm run bench -- beside COMMIT [${Object.keys(WORKS).join(' | ')} …]`);
  const works = Object.entries(WORKS).filter(([name]) => names.length === 0 || names.includes(name));
  const other = buildOf(commit);
  const lines: Line[] = [];
  for (const kind of kinds.filter(each => each !== 'postgres+redis'))
    for (const [, work] of works) lines.push(await compare(work, kind, other));
  await other.remove();
  return lines;
}

/** Figures of this build and of the other one: one a pair. */
type Pairs = Record<'here' | 'there', number[]>;

async function compare(work: Work, kind: Kind, other: OtherBuild): Promise<Line> {
  const figures: Pairs = { here: [], there: [] };
  for (let start = 0; start < STARTS; start += 1)
    await measureOneStart(figures, { work, kind, root: other.root });
  return {
    work: `${work.name}, ${NAMES[kind]}`,
    gatehouse: milliseconds(median(figures.here)),
    against: other.name,
    its: milliseconds(median(figures.there)),
    ratio: ratio(figures, 'here', 'there'),
    goal: { most: 1.1 },
  };
}

/** Adds the figures of one start of both servers. In every other pair the other build comes first. */
async function measureOneStart(
  figures: Pairs,
  { work, kind, root }: { readonly work: Work; readonly kind: Kind; readonly root: string },
): Promise<void> {
  const household = { people: PEOPLE, sessions: CONNECTIONS };
  const houses = [await openHouse(household, kind), await openHouse(household, kind, { root })] as const;
  const [here, there] = [meter(work, houses[0]), meter(work, houses[1])];
  try {
    // V8 compiles what is hot: the first figure of each would be of another program.
    for (const measure of [here, there]) await measure();
    for (let turn = 0; turn < PAIRS_A_START; turn += 1) {
      const pair = figures.here.length;
      if (pair % 2 === 0) figures.here.push(await here());
      figures.there.push(await there());
      if (pair % 2 === 1) figures.here.push(await here());
      console.log(lineOf(pair, figures.here.at(-1) ?? NaN, figures.there.at(-1) ?? NaN));
    }
  } finally {
    await Promise.all(houses.map(house => house.stop()));
  }
}

const lineOf = (pair: number, here: number, there: number): string =>
  `pair ${pair + 1}: ${milliseconds(here)} / ${milliseconds(there)} = ${(here / there).toFixed(3)}`;

/** Measures milliseconds of processor time for each that was asked for. */
function meter(work: Work, house: House): () => Promise<number> {
  const ask = work.ask(house);
  const { pid, environment } = house;
  const engine = engineOf(environment);
  return async () => {
    await house.refresh();
    await ask(work.warmUp);
    await pause(AFTERWARDS);
    const before = processorTime(pid);
    const engineBefore = await engine();
    await ask(work.amount);
    await pause(AFTERWARDS);
    const engineAfter = await engine();
    const after = processorTime(pid);
    if (work.hashes && after.hashing <= before.hashing)
      throw new Error('No thread of the server has a priority of its own: hashing cannot be told apart.');
    return (after.rest - before.rest + timeBetween(engineBefore, engineAfter)) / work.amount;
  };
}
