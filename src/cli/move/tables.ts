import type { DataSource } from 'typeorm';
import { OWN_ENTITIES } from '../../app/entities.js';
import { ApplicationRow } from '../../applications/application.entity.js';
import { ApplicationOrigin } from '../../applications/application-origin.entity.js';
import { CatalogueVersion } from '../../applications/catalogue-version.entity.js';
import { AuditEvent } from '../../audit/audit-event.entity.js';
import { AuditStream } from '../../audit/audit-stream.entity.js';
import { Erasure } from '../../audit/erasure.entity.js';
import { OneTimeToken } from '../../credentials/one-time-token.entity.js';
import { AccessToken } from '../../forward-auth/access-token.entity.js';
import { ApplicationSession } from '../../forward-auth/application-session.entity.js';
import { Group } from '../../groups/group.entity.js';
import { GroupMember } from '../../groups/group-member.entity.js';
import type { Instant } from '../../kernel/clock.js';
import { Mail } from '../../mail/mail.entity.js';
import { Passkey } from '../../passkeys/passkey.entity.js';
import { UsedChallenge } from '../../passkeys/used-challenge.entity.js';
import { Authenticator } from '../../second-factor/authenticator.entity.js';
import { FactorReset } from '../../second-factor/factor-reset.entity.js';
import { RecoveryCode } from '../../second-factor/recovery-code.entity.js';
import { SignInStep } from '../../second-factor/sign-in-step.entity.js';
import { SessionRow } from '../../sessions/session.entity.js';
import { SignInRow } from '../../sessions/sign-in.entity.js';
import { Attempts } from '../../throttle/attempts.entity.js';
import { UsedName } from '../../users/used-name.entity.js';
import { User } from '../../users/user.entity.js';

/** A table that is moved. */
export interface MovedTable {
  readonly entity: new () => object;
  /** What one of its rows is called, and several. */
  readonly words: readonly [one: string, several: string];
  /** Which rows: a condition on the source. Our own text, never input. */
  readonly which: string;
}

/** A row as SQLite gives it. */
export type Row = Readonly<Record<string, string | number | null>>;

/** Demo accounts stay: their password is known to everybody. */
export const PEOPLE: MovedTable = {
  entity: User,
  words: ['account', 'accounts'],
  which: 'demo = 0',
};

export const GROUPS: MovedTable = { entity: Group, words: ['group', 'groups'], which: 'TRUE' };

/** Without them their people could not sign in. */
export const AUTHENTICATORS: MovedTable = {
  entity: Authenticator,
  words: ['authenticator', 'authenticators'],
  which: 'EXISTS (SELECT 1 FROM users WHERE users.id = authenticators.user_id AND demo = 0)',
};

export const RECOVERY_CODES: MovedTable = {
  entity: RecoveryCode,
  words: ['recovery code', 'recovery codes'],
  which: 'EXISTS (SELECT 1 FROM users WHERE users.id = recovery_codes.user_id AND demo = 0)',
};

/** Of second factors. */
export const FACTOR_RESETS: MovedTable = {
  entity: FactorReset,
  words: ['reset of second factors', 'resets of second factors'],
  which: 'EXISTS (SELECT 1 FROM users WHERE users.id = factor_resets.user_id AND demo = 0)',
};

/** Of the last minutes: who is between password and second factor goes on. */
export const SIGN_IN_STEPS: MovedTable = {
  entity: SignInStep,
  words: ['second step', 'second steps'],
  which: 'EXISTS (SELECT 1 FROM users WHERE users.id = sign_in_steps.user_id AND demo = 0)',
};

/** Of who is in which group. */
export const MEMBERSHIPS: MovedTable = {
  entity: GroupMember,
  words: ['member of a group', 'members of groups'],
  which: 'EXISTS (SELECT 1 FROM users WHERE users.id = group_members.user_id AND demo = 0)',
};

export const APPLICATIONS: MovedTable = {
  entity: ApplicationRow,
  words: ['application', 'applications'],
  which: 'TRUE',
};

export const ORIGINS: MovedTable = {
  entity: ApplicationOrigin,
  words: ['address of an application', 'addresses of applications'],
  which: 'TRUE',
};

export const CATALOGUE: MovedTable = {
  entity: CatalogueVersion,
  words: ['version of the applications', 'versions of the applications'],
  which: 'TRUE',
};

/** Where its sign-in is moved; it is worth as much as that. */
export const APPLICATION_SESSIONS: MovedTable = {
  entity: ApplicationSession,
  words: ['session in an application', 'sessions in applications'],
  which:
    'EXISTS (SELECT 1 FROM sign_ins JOIN users ON users.id = sign_ins.user_id ' +
    'WHERE sign_ins.id = application_sessions.sign_in_id AND demo = 0)',
};

export const ACCESS_TOKENS: MovedTable = {
  entity: AccessToken,
  words: ['access token', 'access tokens'],
  which: 'EXISTS (SELECT 1 FROM users WHERE users.id = access_tokens.user_id AND demo = 0)',
};

export const ONE_TIME_LINKS: MovedTable = {
  entity: OneTimeToken,
  words: ['mailed link', 'mailed links'],
  which: 'NOT EXISTS (SELECT 1 FROM users WHERE users.id = subject AND demo = 1)',
};

export const MAILS: MovedTable = { entity: Mail, words: ['mail', 'mails'], which: 'TRUE' };

/** Also where sessions are not moved: those in Redis stay where they are, and go on. The rest end by their clocks. */
export const SIGN_INS: MovedTable = {
  entity: SignInRow,
  words: ['sign-in', 'sign-ins'],
  which: 'EXISTS (SELECT 1 FROM users WHERE users.id = sign_ins.user_id AND demo = 0)',
};

/** Without them somebody who guesses would begin anew, unhindered. */
export const ATTEMPTS: MovedTable = {
  entity: Attempts,
  words: ['count of failed attempts', 'counts of failed attempts'],
  which: 'TRUE',
};

export const EVENTS: MovedTable = {
  entity: AuditEvent,
  words: ['security event', 'security events'],
  which: 'TRUE',
};

/** Where each begins: without it nothing could be proved of its events. */
export const STREAMS: MovedTable = {
  entity: AuditStream,
  words: ['stream of security events', 'streams of security events'],
  which: 'TRUE',
};

/** Without them people who are gone would stand in their events, and those are moved. */
export const ERASURES: MovedTable = {
  entity: Erasure,
  words: ['promise to make events nameless', 'promises to make events nameless'],
  which: 'TRUE',
};

/** Without them a name that applications know could be given to somebody else. */
export const USED_NAMES: MovedTable = {
  entity: UsedName,
  words: ['name that applications know', 'names that applications know'],
  which: 'TRUE',
};

/** Of people who are moved. They work there as long as the host of `PUBLIC_URL` stays. */
export const PASSKEYS: MovedTable = {
  entity: Passkey,
  words: ['passkey', 'passkeys'],
  which: 'EXISTS (SELECT 1 FROM users WHERE users.id = passkeys.user_id AND demo = 0)',
};

/** Without them an answer of a passkey could be used once more, within minutes. */
export const USED_CHALLENGES: MovedTable = {
  entity: UsedChallenge,
  words: ['used challenge', 'used challenges'],
  which: 'TRUE',
};

/** The tables of what a team has built on Gatehouse, whole, in the order in which it lists them. */
export const OWN_TABLES: readonly MovedTable[] = OWN_ENTITIES.map(entity => ({
  entity,
  words: [`row of ${entity.name}`, `rows of ${entity.name}`],
  which: 'TRUE',
}));

/** The sessions that have not ended at `now`, of people who are moved. */
export const sessionsAt = (now: Instant): MovedTable => ({
  entity: SessionRow,
  words: ['session', 'sessions'],
  which: `ends_at > ${now} AND EXISTS (SELECT 1 FROM users WHERE users.id = sessions.user_id AND demo = 0)`,
});

/**
 * All of them but the sessions, in an order in which none comes before what its rows point to: PostgreSQL takes no
 * member of no group.
 */
export const TABLES: readonly MovedTable[] = [
  PEOPLE,
  AUTHENTICATORS,
  RECOVERY_CODES,
  FACTOR_RESETS,
  SIGN_IN_STEPS,
  SIGN_INS,
  USED_NAMES,
  GROUPS,
  MEMBERSHIPS,
  APPLICATIONS,
  ORIGINS,
  CATALOGUE,
  APPLICATION_SESSIONS,
  ACCESS_TOKENS,
  ONE_TIME_LINKS,
  MAILS,
  ATTEMPTS,
  ERASURES,
  STREAMS,
  EVENTS,
  PASSKEYS,
  USED_CHALLENGES,
  ...OWN_TABLES,
];

/** The names of a table and of its columns. */
export interface Shape {
  readonly table: string;
  /** The columns that no two rows have alike together. */
  readonly keys: readonly string[];
  /** The same with commas between them, for statements. */
  readonly key: string;
  readonly columns: readonly string[];
  /** The columns beside the key in which no two rows are alike. */
  readonly unique: readonly string[];
}

/** The names as the entity gives them, so that a new column is moved as well. */
export function shapeOf(database: DataSource, { entity }: MovedTable): Shape {
  const { tableName: table, columns, primaryColumns, uniques } = database.getMetadata(entity);
  const names = columns.map(column => column.databaseName);
  const unique = uniques.flatMap(({ columns: [column] }) => column?.databaseName ?? []);
  const keys = primaryColumns.map(column => column.databaseName);
  return { table, key: keys.join(), keys, columns: names, unique };
}
