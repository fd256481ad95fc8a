import type pg from 'pg';
import { z } from 'zod';
import { CarefulClient } from './careful-client.js';
import { UnfitDatabase } from './unfit-database.js';

/**
 * What a connection is told of itself, where the server knows it: a role or a database may carry another value for
 * others' sake (`ALTER ROLE … SET`). `docs/operations.md` has the whole list, also of what may be as it likes.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  // For statements outside a transaction; a transaction says it itself (`careful-client.ts`).
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  // The limit of a statement holds for its wait as well.
  lock_timeout: '0',
  transaction_timeout: '0',
  // The pool keeps idle connections, and closes them itself.
  idle_session_timeout: '0',
  // A name that is taken is an answer, and not the connection's end.
  exit_on_error: 'off',
  // Only where it is off: any other value waits for the disk at least.
  synchronous_commit: 'on',
  // Only an administrator may change it: it is looked at.
  session_replication_role: 'origin',
};

const WANTED = Object.entries(SETTINGS).map(([name, value]) => `('${name}', '${value}')`);

/** What the process that answers is called among the settings. */
const PROCESS = 'gatehouse.process';

/** In one message: a pooler gives all of it to one connection. */
const TELL = `
  START TRANSACTION ISOLATION LEVEL READ COMMITTED;
  SELECT name, CASE
    WHEN name = 'session_replication_role' OR name = 'synchronous_commit' AND setting <> 'off' THEN setting
    ELSE set_config(name, wanted.value, false)
  END AS value
  FROM pg_settings JOIN (VALUES ${WANTED.join(', ')}) AS wanted (name, value) USING (name)
  UNION ALL SELECT '${PROCESS}', pg_backend_pid()::text;
  COMMIT`;

const Told = z.array(z.object({ rows: z.array(z.object({ name: z.string(), value: z.string() })) }));

/** Says how a new connection works. @throws UnfitDatabase where the role or the database carries what only an administrator may change. */
export async function settle(client: Pick<pg.ClientBase, 'query'>): Promise<void> {
  const told = Told.parse(await client.query(TELL)).flatMap(({ rows }) => rows);
  const process = told.find(({ name }) => name === PROCESS)?.value;
  if (client instanceof CarefulClient) client.answeredBy(Number(process));
  const role = told.find(({ name }) => name === 'session_replication_role')?.value ?? 'origin';
  if (role === 'origin') return;
  throw new UnfitDatabase(
    `session_replication_role is ${role}, so that rows could refer to nobody`,
    'Take that away as an administrator: ALTER ROLE … RESET session_replication_role, or the same of the database.',
  );
}
