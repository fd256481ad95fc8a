import type { DataSource } from 'typeorm';
import { SystemClock } from '../../kernel/clock.js';
import type { Redis } from '../../redis/redis.js';
import { say } from '../output.js';
import { type Moved, moveTable, type Move } from './move-table.js';
import { PostgresTable } from './postgres-table.js';
import { SessionsInRedis } from './sessions-in-redis.js';
import type { Source } from './source.js';
import { ATTEMPTS, type MovedTable, sessionsAt, TABLES } from './tables.js';

/** What is moved, and where. */
export interface Stores {
  readonly source: Source;
  readonly target: DataSource;
  /** Where sessions go; null: into `target`. */
  readonly redis: Redis | null;
  /** Whether they are moved. */
  readonly sessions: boolean;
  /** Whether the installation keeps sessions and counts of failed attempts in Redis from now on. */
  readonly usesRedis: boolean;
}

/** Moves table by table and says what came of it. @throws CommandFailed where it cannot go on. */
export async function moveEverything(stores: Stores): Promise<void> {
  let mended = 0;
  for (const move of movesOf(stores)) {
    const moved = await moveTable(move);
    mended += moved.mended;
    say(lineOf(move.table, moved));
  }
  const { source, sessions, usesRedis } = stores;
  if (mended > 0) say(`${mended} ${mended === 1 ? 'text holds' : 'texts hold'} ${NUL}`);
  if (await source.hasDemoAccounts()) say('The demo accounts were not moved.');
  if (!sessions) say(usesRedis ? NO_SESSIONS_TO_REDIS : NO_SESSIONS);
  if (usesRedis) say(NO_ATTEMPTS);
  say(CLOSING_WORDS);
}

/** Sessions come last: PostgreSQL takes none of nobody. */
function movesOf({ source, target, redis, sessions, usesRedis }: Stores): readonly Move[] {
  const toPostgres = (table: MovedTable): Move => ({
    source,
    table,
    destination: new PostgresTable(target, table),
  });
  const moves = TABLES.filter(table => !usesRedis || table !== ATTEMPTS).map(toPostgres);
  if (!sessions) return moves;
  const clock = new SystemClock();
  const table = sessionsAt(clock.now());
  if (redis === null) return [...moves, toPostgres(table)];
  return [...moves, { source, table, destination: new SessionsInRedis(redis, clock) }];
}

function lineOf({ words: [one, several] }: MovedTable, { moved, already }: Moved): string {
  const line = `${moved} ${moved === 1 ? one : several} moved`;
  return already === 0 ? `${line}.` : `${line}, ${already} ${already === 1 ? 'was' : 'were'} there already.`;
}

const NUL = 'U+0000, which PostgreSQL cannot store: there it is U+FFFD.';

const NO_SESSIONS = 'No session was moved: everybody signs in again. (--sessions moves them.)';

const NO_SESSIONS_TO_REDIS =
  'No session was moved: those in Redis stay where they are. (--sessions moves those in SQLite into Redis.)';

const NO_ATTEMPTS = 'Counts of failed attempts stay behind: with REDIS_URL they are kept in Redis.';

const CLOSING_WORDS =
  'Everything is there. Take the same secrets along (SESSION_SECRET, SESSION_SECRET_FILE, or "session-secret" in ' +
  'DATA_DIR), and the data keys (DATA_KEY_FILE, or "data-key" in DATA_DIR): counts of failed attempts, cookies and what is ' +
  'sealed are worth nothing without them.';
