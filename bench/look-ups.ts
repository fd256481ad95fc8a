import { type House, openHouse } from './house.js';
import { load } from './load.js';
import { type Line, perSecond } from './report.js';
import { inTurns, median, ratio, type Rounds } from './rounds.js';

const FEW = 1000;
const MANY = 1_000_000;

/** What a look-up costs among a million sessions against among a thousand: any of them, in any order. */
export async function lookUps(rounds: Rounds): Promise<readonly Line[]> {
  const few = await openHouse({ people: FEW / 10, sessions: FEW });
  const many = await openHouse({ people: MANY / 10, sessions: MANY });
  try {
    const figures = await inTurns(rounds, { few: asking(few), many: asking(many) });
    return [
      {
        work: `look-ups, ${MANY.toLocaleString('en')} sessions`,
        gatehouse: perSecond(median(figures['many'] ?? [])),
        against: `${FEW.toLocaleString('en')} sessions`,
        its: perSecond(median(figures['few'] ?? [])),
        ratio: ratio(figures, 'few', 'many'),
        goal: { most: 1.2 },
      },
    ];
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
