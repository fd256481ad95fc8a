import { OWN_ENTITIES } from './app/entities.js';
import { OWN_MIGRATIONS } from './app/migrations.js';
import { AuditEvent } from './audit/audit-event.entity.js';
import { AuditStream } from './audit/audit-stream.entity.js';
import { Erasure } from './audit/erasure.entity.js';
import { OneTimeToken } from './credentials/one-time-token.entity.js';
import type { Schema } from './database/data-source-options.js';
import { migrations } from './database/migrations/all-migrations.js';
import { Group } from './groups/group.entity.js';
import { GroupMember } from './groups/group-member.entity.js';
import { Mail } from './mail/mail.entity.js';
import { SessionRow } from './sessions/session.entity.js';
import { SignInRow } from './sessions/sign-in.entity.js';
import { Attempts } from './throttle/attempts.entity.js';
import { UsedName } from './users/used-name.entity.js';
import { User } from './users/user.entity.js';

/** The tables of Gatehouse itself. */
export const GATEHOUSE_ENTITIES = [
  AuditEvent,
  AuditStream,
  Attempts,
  Erasure,
  Group,
  GroupMember,
  Mail,
  OneTimeToken,
  SessionRow,
  SignInRow,
  UsedName,
  User,
];

/** Every table TypeORM knows, and every change of them, for the server, the CLI and `ormconfig.ts`. */
export const schema: Schema = {
  entities: [...GATEHOUSE_ENTITIES, ...OWN_ENTITIES],
  migrations: [...migrations, ...OWN_MIGRATIONS],
};
