import { Unavailable } from '../kernel/unavailable.js';
import { type Whose, WriteLine } from './write-line.js';

/** Lets promises that can settle do so. */
const settle = () => new Promise(resolve => setImmediate(resolve));

describe('the line of those who write', () => {
  let begun: string[];
  let ends: (() => void)[];
  let line: WriteLine;
  const among = (all: number, visitors: number) => {
    [begun, ends, line] = [[], [], new WriteLine({ all, visitors })];
  };

  /** Begins to write when it is its turn, and ends when the test says so. */
  const write = (whose: Whose, name: string = whose) =>
    line.enter(whose, async () => {
      begun.push(name);
      await new Promise<void>(resolve => ends.push(resolve));
      return name;
    });
  const endNext = async () => {
    ends.shift()?.();
    await settle();
  };
  const endAll = async () => {
    for (await settle(); ends.length > 0;) await endNext();
  };

  it('goes one by one in the order they came, where there is one place', async () => {
    among(1, 1);
    const done = Promise.all(['a', 'b', 'c'].map(name => write('person', name)));
    await settle();
    expect(begun).toEqual(['a']);
    await endAll();
    expect(begun).toEqual(['a', 'b', 'c']);
    expect(await done).toEqual(['a', 'b', 'c']);
  });

  it('lets people and the server before visitors, who have one turn in four', async () => {
    among(1, 1);
    const visitors = ['v1', 'v2', 'v3', 'v4'].map(name => write('visitor', name));
    const others = [1, 2, 3, 4, 5, 6].map(turn => write(turn % 2 ? 'person' : 'server', `p${turn}`));
    await endAll();
    expect(begun).toEqual(['v1', 'p1', 'p2', 'v2', 'p3', 'p4', 'p5', 'v3', 'p6', 'v4']);
    await Promise.all([...visitors, ...others]);
  });

  it('keeps places free of visitors, and people may have them all', async () => {
    among(4, 2);
    const visitors = Array.from({ length: 5 }, () => write('visitor'));
    await settle();
    expect(begun).toEqual(['visitor', 'visitor']);
    const people = Array.from({ length: 3 }, () => write('person'));
    await settle();
    expect(begun).toEqual(['visitor', 'visitor', 'person', 'person']);
    await endAll();
    await Promise.all([...visitors, ...people]);
  });

  it('gives the place of one that failed to the next', async () => {
    among(1, 1);
    const failing = line.enter('person', () => Promise.reject(new Error('no')));
    const next = write('person', 'next');
    await expect(failing).rejects.toThrow('no');
    await endAll();
    expect(await next).toBe('next');
  });

  it('is left after two seconds, by all but the server, and nothing of theirs is done', async () => {
    among(1, 1);
    const first = write('person', 'first');
    const server = write('server', 'server');
    const given = await Promise.allSettled([write('person', 'late'), write('visitor', 'late')]);
    for (const one of given)
      expect(one).toMatchObject({ status: 'rejected', reason: expect.any(Unavailable) });
    await endAll();
    expect(await Promise.all([first, server])).toEqual(['first', 'server']);
    expect(begun).toEqual(['first', 'server']);
  });
});
