import { setTimeout as pause } from 'node:timers/promises';
import { type House, openHouse, PASSWORD } from './house.js';
import { load } from './load.js';
import { canPin, type Cores } from './machine.js';
import { startPeer } from './peer.js';
import { engineOf, timeBetween } from './postgres-time.js';
import { processorTime } from './processor-time.js';
import { type Line, milliseconds, perSecond } from './report.js';
import { inTurns, median, ratio, type Rounds } from './rounds.js';
import type { Server } from './server.js';
import { signInAs } from './sign-in-form.js';
import { type Kind, NAMES } from './storage/place.js';

/** Sign-ins on their way at the same time, and verifications at the same time in the process that does only those. */
const AT_ONCE: Readonly<Record<Cores, number>> = { one: 16, two: 32 };

/** More people than can sign in during a measurement, so that nobody does so twice within minutes. */
const PEOPLE = 10_000;

/** How long a server has for what it does after it has answered: events are written in the background. */
const AFTERWARDS = 1000;

/**
 * Sign-ins a second against what argon2id alone does, because the rest of a sign-in should cost next to nothing; and what a second
 * core gives.
 */
export async function signIns(
  rounds: Rounds,
  folder: string,
  kinds: readonly Kind[],
): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const kind of kinds.filter(each => each !== 'postgres+redis'))
    lines.push(...(await signInsOn(kind, rounds, folder)));
  return lines;
}

async function signInsOn(kind: Kind, rounds: Rounds, folder: string): Promise<readonly Line[]> {
  const one = await open(kind, folder, 'one');
  const two = canPin ? await open(kind, folder, 'two') : null;
  try {
    const figures = await inTurns(rounds, {
      one: one.signIns,
      alone: one.hashes,
      'by default': one.hashesByDefault,
      ...(two === null ? {} : { two: two.signIns, 'two alone': two.hashes }),
    });
    const rates = (
      work: string,
      [name, against]: readonly [string, string],
      rest: Pick<Line, 'against' | 'goal'>,
    ) => ({
      work,
      gatehouse: perSecond(median(figures[name] ?? [])),
      its: perSecond(median(figures[against] ?? [])),
      ratio: ratio(figures, name, against),
      ...rest,
    });
    const store = NAMES[kind];
    const work = `sign-in, ${AT_ONCE.one} at once, ${store}`;
    const first = [
      rates(work, ['one', 'by default'], {
        against: 'argon2id alone, four threads',
        goal: { least: 0.95 },
      }),
      rates(work, ['one', 'alone'], { against: 'argon2id alone, one thread', goal: { least: 0.95 } }),
    ];
    if (two === null) return first;
    // The first figure is of the time in which V8 compiles.
    const rest = { one: one.beside.slice(1), two: two.beside.slice(1) };
    return [
      ...first,
      rates(`sign-in on two cores, ${AT_ONCE.two} at once, ${store}`, ['two', 'one'], {
        against: 'on one',
        goal: { least: 1.8 },
      }),
      rates('argon2id alone on two cores', ['two alone', 'alone'], { against: 'on one', goal: null }),
      {
        work: `processor time beside the hash on two cores, ${store}`,
        gatehouse: milliseconds(median(rest.two)),
        against: 'on one',
        its: milliseconds(median(rest.one)),
        ratio: ratio(rest, 'two', 'one'),
        goal: { most: 1.1 },
      },
    ];
  } finally {
    await Promise.all([one.stop(), two?.stop()]);
  }
}

/**
 * A house, and on as many cores processes that do nothing but verify its password: on a thread for each core, and on as many
 * threads as Node has without a word, four.
 */
interface Pair {
  /** Each says how many a second, of so many seconds. */
  readonly signIns: (seconds: number) => Promise<number>;
  readonly hashes: (seconds: number) => Promise<number>;
  readonly hashesByDefault: (seconds: number) => Promise<number>;
  /** Milliseconds of processor time that each sign-in took beside its hash, engine included: one figure for each time it was measured. */
  readonly beside: readonly number[];
  readonly stop: () => Promise<unknown>;
}

async function open(kind: Kind, folder: string, cores: Cores): Promise<Pair> {
  const house = await openHouse({ people: PEOPLE, sessions: 0 }, kind, { cores });
  const argon2 = await startPeer('argon2', folder, THREADS[cores], cores);
  const byDefault = await startPeer('argon2', folder, {}, cores);
  const beside: number[] = [];
  return {
    signIns: await measured(house, AT_ONCE[cores], beside),
    hashes: seconds => verified(argon2, house, { seconds, atOnce: AT_ONCE[cores] }),
    hashesByDefault: seconds => verified(byDefault, house, { seconds, atOnce: AT_ONCE[cores] }),
    beside,
    stop: () => Promise.all([house.stop(), argon2.stop(), byDefault.stop()]),
  };
}

/** A thread for each core: more of them than cores make each other slower. */
const THREADS: Readonly<Record<Cores, Readonly<Record<string, string>>>> = {
  one: { UV_THREADPOOL_SIZE: '1' },
  two: { UV_THREADPOOL_SIZE: '2' },
};

async function measured(
  { url, pid, people, environment }: House,
  connections: number,
  beside: number[],
): Promise<(seconds: number) => Promise<number>> {
  const next = await signInAs(people, url);
  const engine = engineOf(environment);
  return async seconds => {
    const [before, engineBefore] = [processorTime(pid), await engine()];
    const { rate, statuses } = await load({ url, seconds, connections, next, status: 303 });
    await pause(AFTERWARDS);
    const [after, engineAfter] = [processorTime(pid), await engine()];
    const time = after.rest - before.rest + timeBetween(engineBefore, engineAfter);
    beside.push(time / (statuses['303'] ?? NaN));
    return rate;
  };
}

async function verified(
  peer: Server,
  { passwordHash }: House,
  { seconds, atOnce }: { readonly seconds: number; readonly atOnce: number },
): Promise<number> {
  const question = new URLSearchParams({
    password: PASSWORD,
    hash: passwordHash,
    seconds: String(seconds),
    'at-once': String(atOnce),
  });
  return Number(await (await fetch(`${peer.url}/?${question}`)).text());
}
