import { join } from 'node:path';
import { apacheWithSessions, hasApache } from './gate-apache.js';
import { nginxBefore } from './gate-nginx.js';
import { inTurn, type Next, openGated } from './gated-house.js';
import { CONNECTIONS, load } from './load.js';
import { startPeer } from './peer.js';
import { familyTime } from './processor-time.js';
import { type Line, milliseconds } from './report.js';
import { inTurns, median, ratio, type Rounds } from './rounds.js';

/** As large as a small image. */
const FILE = 'x'.repeat(4096);

/**
 * A file that people may see who are signed in: behind nginx that asks the gate, behind nginx that asks what always says yes,
 * and behind Apache that looks by itself (mod_auth_openidc), where that is installed. By processor time of all processes:
 * they are more than there are cores for them.
 */
export async function filesBehind(rounds: Rounds, folder: string): Promise<readonly Line[]> {
  const here = await openGated('sqlite');
  const bare = await startPeer('bare-gate', folder);
  const ours = await nginxBefore(here.gate, FILE, join(folder, 'nginx-gate'));
  const theirs = await nginxBefore(`${bare.url}/`, FILE, join(folder, 'nginx-bare'));
  const apache = hasApache ? await apacheWithSessions(FILE, CONNECTIONS, folder) : null;
  const spent = (pids: readonly number[]) => pids.reduce((sum, pid) => sum + familyTime(pid), 0);
  const cost = (url: string, pids: readonly number[], next: Next) => async (seconds: number) => {
    await here.house.refresh();
    const before = spent(pids);
    const { rate } = await load({ url, seconds, next, status: 200 });
    return (spent(pids) - before) / (rate * seconds);
  };
  const asked = inTurn(here.cookies, {}, '/file');
  try {
    const figures = await inTurns(rounds, {
      gate: cost(ours.url, [ours.pid, here.house.pid], asked),
      constant: cost(theirs.url, [theirs.pid, bare.pid], asked),
      ...(apache === null
        ? {}
        : { apache: cost(apache.url, [apache.pid], inTurn(apache.cookies, {}, '/file')) }),
    });
    const line = (against: string, name: string, least: number): Line => ({
      work: 'a file through nginx with auth_request, processor time of all',
      gatehouse: milliseconds(median(figures['gate'] ?? [])),
      against,
      its: milliseconds(median(figures[name] ?? [])),
      ratio: ratio(figures, name, 'gate'),
      goal: { least },
    });
    return [
      line('the same with bare', 'constant', 0.6),
      ...(apache === null ? [] : [line('Apache with mod_auth_openidc', 'apache', 1)]),
    ];
  } finally {
    await Promise.all([ours.stop(), theirs.stop(), apache?.stop()]);
    await Promise.all([here.house.stop(), bare.stop()]);
  }
}
