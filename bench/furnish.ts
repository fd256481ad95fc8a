import { createHash, createHmac } from 'node:crypto';
import sqlite3 from 'sqlite3';

/** How many people and sessions a database is filled with. Sessions are spread over the people evenly. */
export interface Household {
  readonly people: number;
  readonly sessions: number;
}

/** What the filled database holds, as the load generator needs it. */
export interface Furnished {
  /** Usernames; everybody has the same password. */
  readonly people: readonly string[];
  /** `Cookie` headers of sessions: all, or a random choice of {@link MOST_COOKIES}. */
  readonly cookies: readonly string[];
  /** What everybody's password is verified against. */
  readonly passwordHash: string;
  /** Makes the chosen sessions as if used just now, so that the minute's write of `last_seen_at` is not due. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

const MOST_COOKIES = 20_000;
const BATCH = 20_000;
const DAY = 24 * 60 * 60 * 1000;

/**
 * Fills a Gatehouse database: people who are copies of the one that is there, and sessions with ids whose
 * cookies it can make, because it knows the secret.
 */
export async function furnish(
  file: string,
  { people, sessions, secret }: Household & { readonly secret: string },
): Promise<Furnished> {
  const database = new sqlite3.Database(file);
  const run = (sql: string, values: readonly unknown[] = []) =>
    new Promise<{ password_hash: string }[]>((resolve, reject) =>
      database.all<{ password_hash: string }>(sql, values, (error, rows) =>
        error ? reject(error) : resolve(rows),
      ),
    );
  await run('PRAGMA synchronous = OFF');
  await run('PRAGMA cache_size = -262144');
  const inBatches = async (sql: string, count: number, rowOf: (index: number) => readonly unknown[]) => {
    for (let from = 0; from < count; from += BATCH) {
      const rows = Array.from({ length: Math.min(BATCH, count - from) }, (_, index) => rowOf(from + index));
      await run(sql, [JSON.stringify(rows), Date.now()]);
    }
  };
  await inBatches(INSERT_PEOPLE, people, index => [`id-${index}`, nameOf(index)]);
  await inBatches(INSERT_SESSIONS, sessions, index => [
    digest(idOf(index)),
    `public-${index}`,
    `id-${index % people}`,
  ]);
  await run('PRAGMA wal_checkpoint(TRUNCATE)');
  const [{ password_hash: passwordHash } = { password_hash: '' }] = await run(
    'SELECT password_hash FROM users LIMIT 1',
  );
  const chosen = Array.from(
    { length: Math.min(sessions, MOST_COOKIES) },
    (_, index, { length } = { length: Math.min(sessions, MOST_COOKIES) }) =>
      Math.floor((index * sessions) / length),
  );
  return {
    people: Array.from({ length: people }, (_, index) => nameOf(index)),
    cookies: chosen.map(index => cookieOf(idOf(index), secret)),
    passwordHash,
    refresh: async () => {
      await run('UPDATE sessions SET last_seen_at = ?2 WHERE id_hash IN (SELECT value FROM json_each(?1))', [
        JSON.stringify(chosen.map(index => digest(idOf(index)))),
        Date.now(),
      ]);
      await run('PRAGMA wal_checkpoint(TRUNCATE)');
    },
    close: () =>
      new Promise((resolve, reject) => database.close(error => (error ? reject(error) : resolve()))),
  };
}

const nameOf = (index: number): string => `person-${index}`;
const idOf = (index: number): string => digest(`session ${index}`);
const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** A cookie as express-session signs it. */
function cookieOf(id: string, secret: string): string {
  const signature = createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '');
  return `gatehouse=${encodeURIComponent(`s:${id}.${signature}`)}`;
}

const INSERT_PEOPLE = `
  INSERT INTO users (id, username, username_key, display_name, role, password_hash, demo, created_at)
  SELECT row.value ->> 0, row.value ->> 1, row.value ->> 1, row.value ->> 1, 'user', first.password_hash, 0, ?2
  FROM json_each(?1) row, (SELECT password_hash FROM users LIMIT 1) first`;

const INSERT_SESSIONS = `
  INSERT INTO sessions (id_hash, public_id, user_id, created_at, authenticated_at, last_seen_at, idle_expires_at,
    expires_at, ends_at, remembered, amr, ip, user_agent, data)
  SELECT value ->> 0, value ->> 1, value ->> 2, ?2, ?2, ?2, ?2 + 3600000, ?2 + ${DAY}, ?2 + 3600000, 0, 'pwd', '127.0.0.1',
    'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
    '{"csrf":"0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"}'
  FROM json_each(?1)`;
