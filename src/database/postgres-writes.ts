import type { DataSource, EntityManager } from 'typeorm';
import { CarefulClient } from './careful-client.js';
import { LONGEST_WAIT, type Place, type Places, WriteLine } from './write-line.js';

/** Of so many connections one is kept for reads. */
const READERS_SHARE = 4;

/**
 * All writes to PostgreSQL, some at once. The pool has connections that they never take, for reads; and visitors never
 * take all of the others, so that many who wait for one another there leave a place to people.
 */
export class PostgresWrites {
  private readonly line: WriteLine;

  constructor(private readonly dataSource: DataSource) {
    this.line = new WriteLine(placesIn(dataSource));
  }

  /** Runs `work` in a transaction of its own. @throws Unavailable where its turn did not come in time. */
  run<T>(work: (manager: EntityManager) => Promise<T>, { whose }: Place): Promise<T> {
    return this.line.enter(whose, until => this.inTime(work, until));
  }

  /** The same for one statement, which is kept by itself where nobody stands between. @throws as {@link run}. */
  one<T>(statement: (manager: EntityManager) => Promise<T>, { whose }: Place): Promise<T> {
    return this.line.enter(whose, until =>
      isLate(until) ? this.inTime(statement, until) : this.oneInTime(statement, until),
    );
  }

  /** A pooler may answer a lone statement before it is kept, and gives it to a connection that was told nothing of us. */
  private async oneInTime<T>(statement: (manager: EntityManager) => Promise<T>, until: number): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const client: unknown = await runner.connect();
      if (client instanceof CarefulClient && client.isOurs) return await statement(runner.manager);
    } finally {
      await runner.release();
    }
    return this.inTime(statement, until);
  }

  /** Whoever has waited for a turn waits for locks no longer than what is left. */
  private inTime<T>(work: (manager: EntityManager) => Promise<T>, until: number): Promise<T> {
    return this.dataSource.transaction(async manager => {
      if (isLate(until))
        await manager.query(`SET LOCAL lock_timeout = ${Math.max(1, Math.ceil(until - performance.now()))}`);
      return work(manager);
    });
  }
}

/** Whether some of its time was spent in the line; what comes at once has the time that every statement has. */
const isLate = (until: number): boolean =>
  until !== Infinity && until - performance.now() < LONGEST_WAIT - 100;

function placesIn({ options }: DataSource): Places {
  const connections = options.type === 'postgres' ? (options.poolSize ?? 10) : 1;
  const all = Math.max(1, connections - Math.ceil(connections / READERS_SHARE));
  return { all, visitors: Math.ceil(all / 2) };
}
