import type { EntityManager } from 'typeorm';
import { isPostgres } from '../database/locks.js';
import { type Count, forgottenAt } from './attempt-policy.js';
import type { Budget } from './attempt-store.js';

/** What a budget had when it was read, and what it is to have. */
export interface Recount {
  readonly budget: Budget;
  readonly from: Count;
  readonly to: Count;
}

/**
 * Writes counts down if all of them still are what was read: all or nothing, in one statement. On PostgreSQL that is so
 * only within the turn of these budgets. @returns whether it did.
 */
export async function replaceCounts(manager: EntityManager, recounts: readonly Recount[]): Promise<boolean> {
  const rows = recounts.map(({ budget: { key, policy }, from, to }) => [
    ...[key, to.failures, to.lastAt, forgottenAt(to, policy)],
    ...[from.failures, from.lastAt],
  ]);
  const statement = isPostgres(manager) ? REPLACE_ON_POSTGRES : REPLACE_ON_SQLITE;
  const done = await manager.queryRunner?.query(statement, [JSON.stringify(rows)], true);
  return done?.affected === recounts.length;
}

/** No row says the same as a row of zeros. Without a line before INSERT, by which TypeORM knows that rows are counted. */
const REPLACE_ON_SQLITE = `INSERT INTO attempts (budget, failures, last_at, forgotten_at)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each($1)
  WHERE NOT EXISTS (
    SELECT 1 FROM json_each($1) given LEFT JOIN attempts a ON a.budget = given.value ->> 0
    WHERE ifnull(a.failures, 0) <> given.value ->> 4 OR ifnull(a.last_at, 0) <> given.value ->> 5)
  ON CONFLICT (budget) DO UPDATE
  SET failures = excluded.failures, last_at = excluded.last_at, forgotten_at = excluded.forgotten_at`;

const REPLACE_ON_POSTGRES = `INSERT INTO attempts (budget, failures, last_at, forgotten_at)
  SELECT value ->> 0, (value ->> 1)::int, (value ->> 2)::bigint, (value ->> 3)::bigint
  FROM json_array_elements($1::json) given
  WHERE NOT EXISTS (
    SELECT 1 FROM json_array_elements($1::json) given LEFT JOIN attempts a ON a.budget = given.value ->> 0
    WHERE coalesce(a.failures, 0) <> (given.value ->> 4)::int
      OR coalesce(a.last_at, 0) <> (given.value ->> 5)::bigint)
  ON CONFLICT (budget) DO UPDATE
  SET failures = excluded.failures, last_at = excluded.last_at, forgotten_at = excluded.forgotten_at`;
