import { type House, openHouse } from './house.js';
import { load } from './load.js';
import { type Line, perSecond } from './report.js';
import { inTurns, median, ratio, type Rounds } from './rounds.js';
import { type Kind, NAMES } from './storage/place.js';

const FEW = 1000;
const MANY = 1_000_000;

/** What a look-up costs among a million sessions against among a thousand: any of them, in any order. */
export async function lookUps(rounds: Rounds, _: string, kinds: readonly Kind[]): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const kind of kinds) lines.push(await among(kind, rounds));
  return lines;
}

async function among(kind: Kind, rounds: Rounds): Promise<Line> {
  const few = await openHouse({ people: FEW / 10, sessions: FEW }, kind);
  const many = await openHouse({ people: MANY / 10, sessions: MANY }, kind);
  try {
    const figures = await inTurns(rounds, { few: asking(few), many: asking(many) });
    return {
      work: `look-ups, ${MANY.toLocaleString('en')} sessions, ${NAMES[kind]}`,
      gatehouse: perSecond(median(figures['many'] ?? [])),
      against: `${FEW.toLocaleString('en')} sessions`,
      its: perSecond(median(figures['few'] ?? [])),
      ratio: ratio(figures, 'few', 'many'),
      goal: { most: 1.2 },
    };
  } finally {
    await Promise.all([few.stop(), many.stop()]);
  }
}

const asking = ({ url, cookies, refresh }: House) => {
  let turn = 0;
  const step = 7919;
  return async (seconds: number): Promise<number> => {
    await refresh();
    const next = () => ({ path: '/session', headers: { cookie: cookies[(turn += step) % cookies.length] } });
    return (await load({ url, seconds, next, status: 200 })).rate;
  };
};
