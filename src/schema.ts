import { OWN_ENTITIES } from './app/entities.js';
import { OWN_MIGRATIONS } from './app/migrations.js';
import { ApplicationRow } from './applications/application.entity.js';
import { ApplicationOrigin } from './applications/application-origin.entity.js';
import { CatalogueVersion } from './applications/catalogue-version.entity.js';
import { AuditEvent } from './audit/audit-event.entity.js';
import { AuditStream } from './audit/audit-stream.entity.js';
import { Erasure } from './audit/erasure.entity.js';
import { FormAnswer } from './clicks/form-answer.entity.js';
import { OneTimeToken } from './credentials/one-time-token.entity.js';
import type { Schema } from './database/data-source-options.js';
import { migrations } from './database/migrations/all-migrations.js';
import { AccessToken } from './forward-auth/access-token.entity.js';
import { ApplicationSession } from './forward-auth/application-session.entity.js';
import { EntryTicket } from './forward-auth/entry-ticket.entity.js';
import { Group } from './groups/group.entity.js';
import { GroupMember } from './groups/group-member.entity.js';
import { Mail } from './mail/mail.entity.js';
import { Passkey } from './passkeys/passkey.entity.js';
import { UsedChallenge } from './passkeys/used-challenge.entity.js';
import { Authenticator } from './second-factor/authenticator.entity.js';
import { FactorReset } from './second-factor/factor-reset.entity.js';
import { RecoveryCode } from './second-factor/recovery-code.entity.js';
import { SignInStep } from './second-factor/sign-in-step.entity.js';
import { SessionRow } from './sessions/session.entity.js';
import { SignInRow } from './sessions/sign-in.entity.js';
import { Attempts } from './throttle/attempts.entity.js';
import { UsedName } from './users/used-name.entity.js';
import { User } from './users/user.entity.js';

/** The tables of Gatehouse itself. */
export const GATEHOUSE_ENTITIES = [
  AccessToken,
  ApplicationOrigin,
  ApplicationRow,
  ApplicationSession,
  AuditEvent,
  AuditStream,
  Attempts,
  Authenticator,
  CatalogueVersion,
  EntryTicket,
  Erasure,
  FactorReset,
  FormAnswer,
  Group,
  GroupMember,
  Mail,
  OneTimeToken,
  Passkey,
  RecoveryCode,
  SessionRow,
  SignInRow,
  SignInStep,
  UsedChallenge,
  UsedName,
  User,
];

/** Every table TypeORM knows, and every change of them, for the server, the CLI and `ormconfig.ts`. */
export const schema: Schema = {
  entities: [...GATEHOUSE_ENTITIES, ...OWN_ENTITIES],
  migrations: [...migrations, ...OWN_MIGRATIONS],
};
