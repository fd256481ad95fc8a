import { type Duration, seconds } from '../kernel/durations.js';
import { Unavailable } from '../kernel/unavailable.js';

/**
 * Whose write it is. `person`: of somebody who is signed in, or has just proved who they are. `visitor`: of anybody else.
 * `server`: its own, for which nobody waits.
 */
export type Whose = 'person' | 'visitor' | 'server';

/** How a write stands in the line. */
export interface Standing {
  readonly whose: Whose;
  /** Whether it may wait for others to be kept together with it, while whoever asks would have to wait for something else. */
  readonly patient: boolean;
}

/** The same for an engine. */
export interface Place {
  readonly whose: Whose;
  /** How long it may wait for others, where nobody else writes. */
  readonly patience: Duration;
}

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

/** Somebody in the line. */
interface Waiting<Job> {
  /** Its turn has come. */
  readonly enter: () => void;
  /** What it wants to have done, where somebody before it may do that along with their own; else null. */
  readonly job: Job | null;
  readonly patience: NodeJS.Timeout | undefined;
}

/**
 * The line of those who want to write, bounded in time. People and the server itself come before visitors, who can be
 * any number of machines; each of the two in the order they came. The server's own writes wait as long as it takes: what
 * asks for them asks for one after the other.
 */
export class WriteLine<Job = never> {
  private readonly people = new Set<Waiting<Job>>();
  private readonly visitors = new Set<Waiting<Job>>();
  private atWork = 0;
  private visitorsAtWork = 0;
  private turns = 0;

  constructor(private readonly places: Places) {}

  /** How many wait. */
  get length(): number {
    return this.people.size + this.visitors.size;
  }

  /**
   * Does `write` when its turn comes.
   * @param job what somebody before it may take along. Then the promise never settles: whoever took it says how it went.
   * @throws Unavailable where it did not come in time; it never will, then.
   */
  async enter<T>(whose: Whose, write: Write<T>, job: Job | null = null): Promise<T> {
    const until = whose === 'server' ? Infinity : performance.now() + LONGEST_WAIT;
    await this.turn(whose, job);
    try {
      return await write(until);
    } finally {
      this.atWork -= 1;
      if (whose === 'visitor') this.visitorsAtWork -= 1;
      this.callNext();
    }
  }

  /**
   * For whoever is at work: the job of the one whose turn would be next, who waits no longer.
   * @returns null where nobody waits, or whoever does has nothing that may be taken along.
   */
  takeAlong(): Job | null {
    const line = this.isVisitorsTurn(this.visitors.size > 0) ? this.visitors : this.people;
    const [next] = line;
    if (next === undefined || next.job === null) return null;
    this.remove(line, next);
    return next.job;
  }

  /** Resolves when the place is taken. */
  private turn(whose: Whose, job: Job | null): Promise<void> {
    return new Promise((enter, reject) => {
      const line = whose === 'visitor' ? this.visitors : this.people;
      const leave = () => {
        line.delete(waiting);
        reject(new Unavailable('Too many wait to write to the database.'));
      };
      const patience = whose === 'server' ? undefined : setTimeout(leave, LONGEST_WAIT);
      const waiting: Waiting<Job> = { enter, job, patience };
      line.add(waiting);
      this.callNext();
    });
  }

  private callNext(): void {
    for (let line = this.nextLine(); line !== null; line = this.nextLine()) {
      const [next] = line;
      if (next === undefined) return;
      this.remove(line, next);
      this.atWork += 1;
      if (line === this.visitors) this.visitorsAtWork += 1;
      next.enter();
    }
  }

  private remove(line: Set<Waiting<Job>>, waiting: Waiting<Job>): void {
    line.delete(waiting);
    clearTimeout(waiting.patience);
    this.turns += 1;
  }

  /** Where the next one comes from; null where nobody waits who may come in. */
  private nextLine(): Set<Waiting<Job>> | null {
    if (this.atWork >= this.places.all) return null;
    const visitor = this.visitors.size > 0 && this.visitorsAtWork < this.places.visitors;
    if (this.isVisitorsTurn(visitor)) return this.visitors;
    return this.people.size > 0 ? this.people : null;
  }

  /** @param mayCome whether one waits who may come in. */
  private isVisitorsTurn(mayCome: boolean): boolean {
    return mayCome && (this.people.size === 0 || this.turns % VISITORS_TURN === VISITORS_TURN - 1);
  }
}
