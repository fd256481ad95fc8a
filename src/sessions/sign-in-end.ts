import type { EntityManager } from 'typeorm';
import type { GatehouseEventName } from '../audit/security-event.js';
import type { OwnEventName } from '../config/site.js';
import type { Session } from './session-store.js';

/** Why a sign-in ended, where nothing else was changed. docs/security.md, "What ends a session", has a row for each. */
export const END_REASONS = [
  'sign-out',
  /** Its person ended it, from another one. */
  'revoked',
  /** Somebody at the command line did. */
  'operator',
  /** The person has too many; it was the one unused for longest. */
  'cap',
  /** Somebody signed in anew in the same browser. */
  'replaced',
  /** A clock ran out, or the store lost its session. */
  'expired',
  /** What it was begun with was not kept, so nobody learned of it. */
  'abandoned',
] as const;

/** The changes to an account that end sign-ins, by the names of their events; a row for each of them, too. */
export const ENDING_CHANGES = [
  'authn_password_change',
  'authn_password_off',
  'authn_not_me',
  'authn_factor_added',
  'authn_factor_readmitted',
  'authn_factor_reset',
  'user_disabled',
  'user_enabled',
  'user_updated',
  'user_deleted',
] as const satisfies readonly GatehouseEventName[];

/** A change to an account that ends sign-ins: one of these, or of the application that is built on Gatehouse. */
export type EndingChange = (typeof ENDING_CHANGES)[number] | OwnEventName;

/** Why a sign-in ended. */
export type EndReason = (typeof END_REASONS)[number] | EndingChange;

/** Which sign-ins are to end. */
export type WhichSignIns =
  /** The one of this session, unless it has another session by now. */
  | { readonly session: Pick<Session, 'userId' | 'idHash' | 'publicId'> }
  /** The one that a person has under this name. */
  | { readonly userId: string; readonly publicId: string }
  /** All of a person, but the one of the session with this id hash. */
  | { readonly userId: string; readonly except: string | null };

/** A sign-in that ends. */
export interface EndedSignIn {
  readonly id: string;
  readonly userId: string;
}

/**
 * Ends what was made from sign-ins, in the transaction that ends them: awaits only the database. What it throws undoes
 * that transaction. Never called with none.
 */
export type OnEnd = (
  manager: EntityManager,
  ended: readonly EndedSignIn[],
  reason: EndReason,
) => Promise<void>;
