import type { DataSource } from 'typeorm';
import { BatchedLookUp } from '../database/batched-look-up.js';
import { jsonRowsQuery, readJsonRows } from '../database/json-rows.js';
import type { Role } from '../kernel/principal.js';
import { User } from './user.entity.js';

/**
 * Looks people up by what usernames or addresses are compared by, with the password hash: many sign-ins in one
 * statement, so that a flood of them leaves the database to everybody else.
 */
export function signInLookUp(dataSource: DataSource, key: 'username_key' | 'email_key'): BatchedLookUp<User> {
  const query = jsonRowsQuery(dataSource, {
    columns: COLUMNS,
    from: 'users u',
    key: `u.${key}`,
    where: 'true',
  });
  return new BatchedLookUp(async keys => {
    const rows = await readJsonRows<UserRow>(dataSource, query, keys);
    return new Map(rows.map(row => [row[key] ?? '', userIn(row)]));
  });
}

const COLUMNS = [
  ...['u.id', 'u.username', 'u.username_key', 'u.email', 'u.email_key', 'u.email_confirmed_at'],
  ...['u.display_name', 'u.role', 'u.second_factor_at', 'u.factor_reset_at'],
  ...['u.password_hash', 'u.password_changed_at', 'u.demo', 'u.created_at', 'u.first_sign_in_at'],
  ...[
    'u.last_sign_in_at',
    'u.last_sign_in_ip',
    'u.last_sign_in_agent',
    'u.disabled_at',
    'u.sessions_version',
  ],
];

/** A person, as JSON gives them. */
interface UserRow {
  readonly id: string;
  readonly username: string;
  readonly username_key: string;
  readonly email: string | null;
  readonly email_key: string | null;
  readonly email_confirmed_at: number | null;
  readonly display_name: string;
  readonly role: Role;
  readonly second_factor_at: number | null;
  readonly factor_reset_at: number | null;
  readonly password_hash: string | null;
  readonly password_changed_at: number | null;
  /** SQLite has no booleans. */
  readonly demo: 0 | 1 | boolean;
  readonly created_at: number;
  readonly first_sign_in_at: number | null;
  readonly last_sign_in_at: number | null;
  readonly last_sign_in_ip: string | null;
  readonly last_sign_in_agent: string | null;
  readonly disabled_at: number | null;
  readonly sessions_version: number;
}

const userIn = (row: UserRow): User =>
  Object.assign(new User(), {
    id: row.id,
    username: row.username,
    usernameKey: row.username_key,
    email: row.email,
    emailKey: row.email_key,
    emailConfirmedAt: row.email_confirmed_at,
    displayName: row.display_name,
    role: row.role,
    secondFactorAt: row.second_factor_at,
    factorResetAt: row.factor_reset_at,
    passwordHash: row.password_hash,
    passwordChangedAt: row.password_changed_at,
    demo: Boolean(row.demo),
    createdAt: row.created_at,
    firstSignInAt: row.first_sign_in_at,
    lastSignInAt: row.last_sign_in_at,
    lastSignInIp: row.last_sign_in_ip,
    lastSignInAgent: row.last_sign_in_agent,
    disabledAt: row.disabled_at,
    sessionsVersion: row.sessions_version,
  });
