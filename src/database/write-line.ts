import { type Duration, seconds } from '../kernel/durations.js';
import { Unavailable } from '../kernel/unavailable.js';

/**
 * Whose write it is. `person`: of somebody who is signed in, or has just proved who they are. `visitor`: of anybody else.
 * `server`: its own, for which nobody waits.
 */
export type Whose = 'person' | 'visitor' | 'server';

/**
 * The most that a write waits for its turn and for the lock together. Then whoever asked is told to come back, and it is
 * not done: a quarter of a second less than two, which is how long a statement that is under way may still take to find
 * out that it is locked out.
 */
export const LONGEST_WAIT: Duration = seconds(1.75);

/** Of so many turns one is a visitor's where one waits, however many people are before them. */
const VISITORS_TURN = 4;

/** Writes at once: in all, and how many of them may be visitors'. */
export interface Places {
  readonly all: number;
  readonly visitors: number;
}

/** Does its work. @param until when it must be begun: an instant of `performance.now()`; `Infinity` for the server's own. */
export type Write<T> = (until: number) => Promise<T>;

/**
 * The line of those who want to write, bounded in time. People and the server itself come before visitors, who can be
 * any number of machines; each of the two in the order they came. The server's own writes wait as long as it takes: what
 * asks for them asks for one after the other.
 */
export class WriteLine {
  private readonly people = new Set<() => void>();
  private readonly visitors = new Set<() => void>();
  private atWork = 0;
  private visitorsAtWork = 0;
  private turns = 0;

  constructor(private readonly places: Places) {}

  /** Does `write` when its turn comes. @throws Unavailable where it did not come in time; it never will, then. */
  async enter<T>(whose: Whose, write: Write<T>): Promise<T> {
    const until = whose === 'server' ? Infinity : performance.now() + LONGEST_WAIT;
    await this.turn(whose);
    try {
      return await write(until);
    } finally {
      this.atWork -= 1;
      if (whose === 'visitor') this.visitorsAtWork -= 1;
      this.callNext();
    }
  }

  /** Resolves when the place is taken. */
  private turn(whose: Whose): Promise<void> {
    return new Promise((resolve, reject) => {
      const line = whose === 'visitor' ? this.visitors : this.people;
      const patience = whose === 'server' ? undefined : setTimeout(() => leave(), LONGEST_WAIT);
      const enter = () => {
        clearTimeout(patience);
        resolve();
      };
      const leave = () => {
        line.delete(enter);
        reject(new Unavailable('Too many wait to write to the database.'));
      };
      line.add(enter);
      this.callNext();
    });
  }

  private callNext(): void {
    for (let line = this.nextLine(); line !== null; line = this.nextLine()) {
      const [enter] = line;
      if (enter === undefined) return;
      line.delete(enter);
      this.turns += 1;
      this.atWork += 1;
      if (line === this.visitors) this.visitorsAtWork += 1;
      enter();
    }
  }

  /** Where the next one comes from; null where nobody waits who may come in. */
  private nextLine(): Set<() => void> | null {
    if (this.atWork >= this.places.all) return null;
    const visitor = this.visitors.size > 0 && this.visitorsAtWork < this.places.visitors;
    const isTheirs = this.people.size === 0 || this.turns % VISITORS_TURN === VISITORS_TURN - 1;
    if (visitor && isTheirs) return this.visitors;
    return this.people.size > 0 ? this.people : null;
  }
}
