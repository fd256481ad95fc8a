import { openHouse } from './house.js';
import { CONNECTIONS, load } from './load.js';
import { signIns, startPeer } from './peer.js';
import { type Line, perSecond } from './report.js';
import { inTurns, median, ratio, type Rounds } from './rounds.js';
import type { Server } from './server.js';

/** One kind of request, and where each contestant answers it. */
export interface Work {
  readonly name: string;
  readonly signedIn: boolean;
  readonly gatehouse: string;
  readonly peers: string;
  /** Times what the tutorial does. */
  readonly goal: number;
}

/** What is asked of everybody. */
export const WORKS: readonly Work[] = [
  { name: 'login page, visitor', signedIn: false, gatehouse: '/', peers: '/', goal: 4 },
  { name: 'signed-in page', signedIn: true, gatehouse: '/welcome', peers: '/', goal: 2 },
  { name: 'GET /session', signedIn: true, gatehouse: '/session', peers: '/session', goal: 2.5 },
];

const PEERS = ['tutorial', 'fastify', 'bare'] as const;

/** Requests a second of Gatehouse and its peers, each kind with freshly started servers. */
export async function pages(rounds: Rounds, folder: string): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const work of WORKS) lines.push(...(await compare(work, rounds, folder)));
  return lines;
}

async function compare(work: Work, rounds: Rounds, folder: string): Promise<readonly Line[]> {
  const house = await openHouse({ people: CONNECTIONS, sessions: CONNECTIONS });
  const peers = await Promise.all(PEERS.map(name => startPeer(name, folder)));
  try {
    const cookies = await Promise.all(peers.map(peer => (work.signedIn ? signIns(peer, CONNECTIONS) : [])));
    const figures = await inTurns(rounds, {
      gatehouse: asking(house, work.gatehouse, work.signedIn ? house.cookies : []),
      ...Object.fromEntries(
        PEERS.map((name, index) => [name, asking(peers[index]!, work.peers, cookies[index] ?? [])]),
      ),
    });
    return PEERS.map(name => ({
      work: work.name,
      gatehouse: perSecond(median(figures['gatehouse'] ?? [])),
      against: name,
      its: perSecond(median(figures[name] ?? [])),
      ratio: ratio(figures, 'gatehouse', name),
      goal: name === 'tutorial' ? { least: work.goal } : null,
    }));
  } finally {
    await Promise.all([house, ...peers].map(server => server.stop()));
  }
}

/** A measurement: requests a second that a server answers, each connection with one of the cookies. */
export const asking =
  ({ url }: Server, path: string, cookies: readonly string[]) =>
  async (seconds: number): Promise<number> =>
    (await load({ url: url + path, seconds, cookies, status: 200 })).rate;
