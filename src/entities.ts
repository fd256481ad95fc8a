import { AuditEvent } from './audit/audit-event.entity.js';
import { Erasure } from './audit/erasure.entity.js';
import { OneTimeToken } from './credentials/one-time-token.entity.js';
import { Mail } from './mail/mail.entity.js';
import { SessionRow } from './sessions/session.entity.js';
import { Attempts } from './throttle/attempts.entity.js';
import { User } from './users/user.entity.js';

/** Every table TypeORM knows, for the server, the CLI and `ormconfig.ts`. */
export const entities = [AuditEvent, Attempts, Erasure, Mail, OneTimeToken, SessionRow, User];
