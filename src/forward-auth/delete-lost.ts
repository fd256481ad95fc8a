import type { EntityManager } from 'typeorm';
import type { SecurityEvent } from '../audit/security-event.js';

/** A condition with its parameters. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** Which application people lost something of, and why. */
export interface Lost {
  readonly application: string;
  /** `permission`: they may not be there; `removed`: it is not there itself; `disabled`: their account is. */
  readonly reason: 'permission' | 'removed' | 'disabled';
}

/** What is lost, of rows `x`; null: none of the kind. */
export interface LostRows {
  /** Of sessions in applications and tickets to them, with their sign-in's `user_id` and `amr`. */
  readonly session: Condition | null;
  readonly token: Condition | null;
}

/**
 * Deletes what people lost. Tickets come before sessions: one that is being spent at this moment has become a session by
 * then, which goes as well.
 * @returns what is to be recorded, one event for each person and kind.
 */
export async function deleteLost(
  manager: EntityManager,
  lost: Lost,
  { session, token }: LostRows,
): Promise<readonly SecurityEvent[]> {
  if (session !== null) await take(manager, rowsOf('entry_tickets'), session);
  const leavers = session === null ? [] : await take(manager, rowsOf('application_sessions'), session);
  const bearers = token === null ? [] : await take(manager, TOKENS, token);
  const people = new Set(leavers.map(row => row.user_id));
  return [
    ...[...people].map(userId => ended('application_left', userId, lost)),
    ...bearers.map(row => ended('token_ended', row.user_id, lost)),
  ];
}

/** Deletes all access tokens of somebody whose account is disabled. @returns what is to be recorded. */
export async function endTokensOfPerson(
  manager: EntityManager,
  userId: string,
): Promise<readonly SecurityEvent[]> {
  const tokens = await take(manager, TOKENS, { sql: 'x.user_id = $1', values: [userId] });
  return tokens.map(({ application_name: application = '' }) =>
    ended('token_ended', userId, { application, reason: 'disabled' }),
  );
}

/** A condition out of one with names: `:name` becomes `$1`, and where the value is a list `$1,$2`. */
export function numbered(sql: string, named: Readonly<Record<string, unknown>>): Condition {
  const values: unknown[] = [];
  const place = (value: unknown) => `$${values.push(value)}`;
  const text = sql.replace(/:(\w+)/g, (_, name: string) => {
    const value = named[name];
    return Array.isArray(value) ? value.map(place).join() : place(value);
  });
  return { sql: text, values };
}

const ended = (event: 'application_left' | 'token_ended', userId: string, facts: Lost): SecurityEvent => ({
  ...{ event, outcome: 'success', userId, session: null },
  facts: { ...facts },
});

interface Rows {
  readonly table: string;
  readonly from: string;
}

const rowsOf = (table: string): Rows => ({
  table,
  from: `(SELECT s.digest, s.origin, i.user_id, i.amr FROM ${table} s JOIN sign_ins i ON i.id = s.sign_in_id) x`,
});

const TOKENS: Rows = { table: 'access_tokens', from: 'access_tokens x' };

interface Taken {
  readonly digest: string;
  readonly user_id: string;
  /** Of an access token. */
  readonly application_name?: string;
}

async function take(
  manager: EntityManager,
  { table, from }: Rows,
  { sql, values }: Condition,
): Promise<readonly Taken[]> {
  const rows = await manager.query<Taken[]>(`SELECT x.* FROM ${from} WHERE ${sql} ORDER BY x.digest`, [
    ...values,
  ]);
  for (let at = 0; at < rows.length; at += BATCH) {
    const digests = rows.slice(at, at + BATCH).map(({ digest }) => digest);
    const places = digests.map((_, index) => `$${index + 1}`).join();
    await manager.query(`DELETE FROM ${table} WHERE digest IN (${places})`, digests);
  }
  return rows;
}

/** Rows a statement: databases take so many parameters and not many more. */
const BATCH = 500;
