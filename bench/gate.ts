import { filesBehind } from './gate-files.js';
import { gateQuestion } from './gate-visitors.js';
import { type GatedHouse, inTurn, type Next, openGated, PEOPLE } from './gated-house.js';
import { type House, openHouse } from './house.js';
import { CONNECTIONS, load } from './load.js';
import { buildOf, type OtherBuild } from './other-build.js';
import { startPeer } from './peer.js';
import { processorTime } from './processor-time.js';
import { type Line, milliseconds } from './report.js';
import { type Figures, inTurns, median, ratio, type Rounds } from './rounds.js';
import { tryAs } from './sign-in-form.js';
import { type Kind, NAMES } from './storage/place.js';

/** The build whose `GET /session` the gate is compared with. */
const BEFORE = '6ada636';

/** What the gate's answer costs: it is asked for every image of every page. */
export async function gate(rounds: Rounds, folder: string, kinds: readonly Kind[]): Promise<readonly Line[]> {
  const other = buildOf(BEFORE);
  const lines: Line[] = [];
  for (const kind of kinds.filter(each => each !== 'postgres'))
    lines.push(await besideSession(rounds, kind, other));
  await other.remove();
  lines.push(
    ...(await besideBare(rounds, folder)),
    ...(await filesBehind(rounds, folder)),
    await inFlood(rounds),
  );
  return lines;
}

/**
 * Milliseconds of processor time that a server takes for a request: the load generator cannot ask for as many as a server
 * answers here, because each of its requests has headers of its own.
 */
const costing =
  (
    { url, pid }: Pick<House, 'url' | 'pid'>,
    next: Next,
    refresh: () => Promise<void> = async () => undefined,
  ) =>
  async (seconds: number): Promise<number> => {
    await refresh();
    const spent = () => processorTime(pid).rest;
    const before = spent();
    const { rate } = await load({ url, seconds, next, status: 200 });
    return (spent() - before) / (rate * seconds);
  };

const answering = ({ house, gate: url, cookies }: GatedHouse) =>
  costing({ url, pid: house.pid }, inTurn(cookies, gateQuestion), () => house.refresh());

/** A signed-in request for the session, as the same browsers would make it. */
const session = (house: House) =>
  costing(house, inTurn(house.cookies, gateQuestion, '/session'), () => house.refresh());

async function besideSession(rounds: Rounds, kind: Kind, other: OtherBuild): Promise<Line> {
  const here = await openGated(kind);
  // That build knows no outbox.
  const there = await openHouse({ people: PEOPLE, sessions: CONNECTIONS }, kind, {
    root: other.root,
    more: { SMTP_URL: '' },
  });
  try {
    const figures = await inTurns(rounds, { gate: answering(here), session: session(there) });
    return lineOf(figures, NAMES[kind], [`GET /session of ${other.name}`, 'session'], { least: 2 });
  } finally {
    await Promise.all([here.house.stop(), there.stop()]);
  }
}

async function besideBare(rounds: Rounds, folder: string): Promise<readonly Line[]> {
  const here = await openGated('sqlite');
  const bare = await startPeer('bare', folder);
  try {
    const figures = await inTurns(rounds, {
      gate: answering(here),
      constant: costing(bare, inTurn(here.cookies, gateQuestion)),
      session: session(here.house),
    });
    return [
      lineOf(figures, 'SQLite', ['bare', 'constant'], { least: 0.4 }),
      lineOf(figures, 'SQLite', ['GET /session of this build', 'session'], null),
    ];
  } finally {
    await Promise.all([here.house.stop(), bare.stop()]);
  }
}

const lineOf = (
  figures: Figures,
  store: string,
  [against, name]: readonly [string, string],
  goal: Line['goal'],
): Line => ({
  work: `the gate’s answer, processor time, ${store}`,
  gatehouse: milliseconds(median(figures['gate'] ?? [])),
  against,
  its: milliseconds(median(figures[name] ?? [])),
  ratio: ratio(figures, name, 'gate'),
  goal,
});

async function inFlood(rounds: Rounds): Promise<Line> {
  const { house, gate: url, cookies } = await openGated('sqlite');
  const slowest = async (seconds: number) => {
    await house.refresh();
    let turn = 0;
    const next = () => ({ headers: { ...gateQuestion, cookie: cookies[turn++ % cookies.length] ?? '' } });
    return (await load({ url, seconds, next, status: 200, rate: 500 })).p99;
  };
  try {
    const figures = await inTurns(rounds, {
      calm: slowest,
      flooded: async seconds => {
        const flood = load({
          url: house.url,
          seconds: seconds + 1,
          connections: 50,
          next: tryAs(house.people),
          status: null,
        });
        const p99 = await slowest(seconds);
        await flood;
        return p99;
      },
    });
    return {
      work: 'p99 of the gate’s answer in a flood of sign-ins, 500/s',
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
