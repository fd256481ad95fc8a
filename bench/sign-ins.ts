import { openHouse, PASSWORD } from './house.js';
import { load } from './load.js';
import { startPeer } from './peer.js';
import { type Line, perSecond } from './report.js';
import { inTurns, median, ratio, type Rounds } from './rounds.js';
import { signInAs } from './sign-in-form.js';

/** Sign-ins on their way at the same time, and verifications at the same time in the process that does only those. */
const AT_ONCE = 16;

/** More people than can sign in during a measurement, so that nobody does so twice within minutes. */
const PEOPLE = 5000;

/** Sign-ins a second against what argon2id alone does: the rest of a sign-in should cost next to nothing. */
export async function signIns(rounds: Rounds, folder: string): Promise<readonly Line[]> {
  const house = await openHouse({ people: PEOPLE, sessions: 0 });
  const argon2 = await startPeer('argon2', folder);
  const question = new URLSearchParams({
    password: PASSWORD,
    hash: house.passwordHash,
    'at-once': String(AT_ONCE),
  });
  const next = await signInAs(house.people, house.url);
  try {
    const figures = await inTurns(rounds, {
      gatehouse: async seconds =>
        (await load({ url: house.url, seconds, connections: AT_ONCE, next, status: 303 })).rate,
      argon2: async seconds =>
        Number(await (await fetch(`${argon2.url}/?seconds=${seconds}&${question}`)).text()),
    });
    return [
      {
        work: `sign-in, ${AT_ONCE} at once`,
        gatehouse: perSecond(median(figures['gatehouse'] ?? [])),
        against: 'argon2id alone',
        its: perSecond(median(figures['argon2'] ?? [])),
        ratio: ratio(figures, 'gatehouse', 'argon2'),
        goal: { least: 0.95 },
      },
    ];
  } finally {
    await Promise.all([house.stop(), argon2.stop()]);
  }
}
