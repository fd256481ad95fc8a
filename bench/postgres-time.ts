import pg from 'pg';
import { processorTime } from './processor-time.js';

/** Processor time of PostgreSQL, by its processes, in milliseconds. */
export type EngineTime = ReadonlyMap<number, number>;

/**
 * What PostgreSQL has used so far for one database: the connections to it, and those of its processes that write for
 * all databases, so let nobody else work on it meanwhile. @throws where it runs on another machine.
 */
export async function postgresTime(url: string): Promise<EngineTime> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ readonly pid: number }>(PROCESSES);
    const times = new Map(rows.map(({ pid }) => [pid, processorTime(pid)]));
    if ([...times.values()].every(({ rest }) => rest === 0))
      throw new Error('The processes of PostgreSQL are not on this machine: nobody can say what they use.');
    return new Map([...times].map(([pid, { rest, hashing }]) => [pid, rest + hashing]));
  } finally {
    await client.end();
  }
}

/** The same for a house, by what tells its server of its stores; nothing where it has no engine. */
export const engineOf = (environment: Readonly<Record<string, string>>) => async (): Promise<EngineTime> =>
  environment['DATABASE_URL'] === undefined ? new Map() : postgresTime(environment['DATABASE_URL']);

/** What was used between two readings; of a connection that ended in between nobody knows. */
export function timeBetween(before: EngineTime, after: EngineTime): number {
  let time = 0;
  for (const [pid, used] of after) time += used - (before.get(pid) ?? 0);
  return time;
}

const PROCESSES = `
  SELECT pid FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()
    OR backend_type IN ('walwriter', 'background writer', 'checkpointer')`;
