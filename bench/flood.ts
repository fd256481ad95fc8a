import { openHouse } from './house.js';
import { CONNECTIONS, load } from './load.js';
import { type Line, milliseconds } from './report.js';
import { inTurns, median, ratio, type Rounds } from './rounds.js';
import { saves } from './saves.js';
import { tryAs } from './sign-in-form.js';
import type { Kind } from './storage/place.js';

/** Connections of the flood. */
const FLOOD = 50;
const PEOPLE = 20_000;

/** How long signed-in people wait while others flood the sign-in, against without: for pages, and for what they save. */
export async function flood(
  rounds: Rounds,
  _folder: string,
  kinds: readonly Kind[],
): Promise<readonly Line[]> {
  return [...(await pages(rounds)), ...(await saves(rounds, kinds))];
}

/** How long the slowest hundredth of signed-in pages takes while people sign in, against without. */
async function pages(rounds: Rounds): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const rate of [500, undefined]) lines.push(await under(rounds, rate));
  return lines;
}

async function under(rounds: Rounds, rate: number | undefined): Promise<Line> {
  const house = await openHouse({ people: PEOPLE, sessions: CONNECTIONS });
  const page = (seconds: number) =>
    load({
      url: `${house.url}/welcome`,
      seconds,
      cookies: house.cookies,
      status: 200,
      ...(rate === undefined ? {} : { rate }),
    });
  const next = tryAs(house.people);
  const answers: Record<string, number> = {};
  try {
    const figures = await inTurns(rounds, {
      calm: async seconds => (await page(seconds)).p99,
      flooded: async seconds => {
        const attempts = load({
          url: house.url,
          seconds: seconds + 1,
          connections: FLOOD,
          next,
          status: null,
        });
        const { p99 } = await page(seconds);
        for (const [status, count] of Object.entries((await attempts).statuses))
          answers[status] = (answers[status] ?? 0) + count;
        return p99;
      },
    });
    console.error(`the flood's answers: ${JSON.stringify(answers)}`);
    return {
      work: `p99 of the signed-in page in a flood of sign-ins, ${rate === undefined ? 'as many pages as it can' : `${rate} pages/s`}`,
      gatehouse: milliseconds(median(figures['flooded'] ?? [])),
      against: 'without the flood',
      its: milliseconds(median(figures['calm'] ?? [])),
      ratio: ratio(figures, 'flooded', 'calm'),
      goal: { most: 3 },
    };
  } finally {
    await house.stop();
  }
}
