import { join } from 'node:path';
import { type House, openHouse } from './house.js';
import { CONNECTIONS, load } from './load.js';
import { type Line, perSecond } from './report.js';
import { inTurns, median, ratio, type Rounds } from './rounds.js';
import { type Server, startServer } from './server.js';

/** One kind of request, and where each contestant answers it. */
interface Work {
  readonly name: string;
  readonly signedIn: boolean;
  readonly gatehouse: string;
  readonly peers: string;
  /** Times what the tutorial does. */
  readonly goal: number;
}

const WORKS: readonly Work[] = [
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
    const cookies = await Promise.all(peers.map(peer => (work.signedIn ? signIns(peer) : [])));
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

const asking =
  ({ url }: Server | House, path: string, cookies: readonly string[]) =>
  async (seconds: number): Promise<number> =>
    (await load({ url: url + path, seconds, cookies, status: 200 })).rate;

/** Starts one of `peers/`. */
export const startPeer = (name: string, folder: string): Promise<Server> =>
  startServer({ args: ['--import', 'tsx', `bench/peers/${name}.ts`], log: join(folder, `${name}.log`) });

/** As many sessions at a peer as there are connections. */
const signIns = ({ url }: Server): Promise<string[]> =>
  Promise.all(Array.from({ length: CONNECTIONS }, () => signIn(url)));

async function signIn(url: string): Promise<string> {
  const response = await fetch(`${url}/user`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'user1', password: 'mypassword' }),
  });
  await response.arrayBuffer();
  return response.headers
    .getSetCookie()
    .map(cookie => cookie.split(';', 1)[0])
    .join('; ');
}
