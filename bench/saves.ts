import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { digestOf } from '../src/crypto/secret-token.js';
import { type House, openHouse } from './house.js';
import { removable } from './leftovers.js';
import { type Line, milliseconds } from './report.js';
import { inTurns, median, ratio, type Rounds } from './rounds.js';
import { type Kind, NAMES } from './storage/place.js';

/** What one address does to the sign-in, and how much longer a save may take meanwhile. */
const FLOODS = [
  { rate: 1000, words: '1,000 refused sign-ins/s', most: 3 },
  { rate: 0, words: '300 connections of refused sign-ins', most: 10 },
] as const;

/** Saves that are measured at least, however long they take. */
const FEWEST = 3;

/** How long a signed-in person waits for a display name to be saved while one address is refused, against without it. */
export async function saves(rounds: Rounds, kinds: readonly Kind[]): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const kind of kinds) if (kind !== 'postgres+redis') lines.push(...(await on(kind, rounds)));
  return lines;
}

async function on(kind: Kind, rounds: Rounds): Promise<readonly Line[]> {
  const house = await openHouse({ people: 1000, sessions: 1 }, kind);
  const save = saving(house);
  try {
    const figures = await inTurns(rounds, {
      alone: save,
      ...Object.fromEntries(
        FLOODS.map(({ rate, words }) => [
          words,
          (seconds: number) => beside(house.url, rate, () => save(seconds)),
        ]),
      ),
    });
    return FLOODS.map(({ words, most }) => ({
      work: `p50 of saving a display name beside ${words}, ${NAMES[kind]}`,
      gatehouse: milliseconds(median(figures[words] ?? [])),
      against: 'alone',
      its: milliseconds(median(figures['alone'] ?? [])),
      ratio: ratio(figures, words, 'alone'),
      goal: { most },
    }));
  } finally {
    await house.stop();
  }
}

/** Saves one name after the other. @returns what half of them took at most, in milliseconds. */
function saving({ url, cookies }: House): (seconds: number) => Promise<number> {
  let names = 0;
  const one = async () => {
    const begun = performance.now();
    const { status } = await fetch(`${url}/account`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: cookies[0] ?? '', 'x-forwarded-for': '192.0.2.1' },
      body: new URLSearchParams({ display_name: `Name ${names++}`, _csrf: digestOf('csrf 0') }),
    });
    if (status !== 303) throw new Error(`A name was answered ${status}.`);
    return performance.now() - begun;
  };
  return async seconds => {
    const times: number[] = [];
    const end = performance.now() + seconds * 1000;
    while (times.length < FEWEST || performance.now() < end) times.push(await one());
    return median(times);
  };
}

/** Measures while another process floods. */
async function beside(url: string, rate: number, measure: () => Promise<number>): Promise<number> {
  const args = ['--import', 'tsx', 'bench/refused.ts', url, String(rate)];
  const flood = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const end = removable(async () => void flood.kill());
  const lines = createInterface(flood.stdout)[Symbol.asyncIterator]();
  await lines.next();
  const measured = await measure();
  await end();
  const answers = await lines.next();
  console.error(`${rate === 0 ? 'as many as are answered' : `${rate}/s`}: ${String(answers.value)} a second`);
  return measured;
}
