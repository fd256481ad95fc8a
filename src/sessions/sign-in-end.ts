import type { EntityManager } from 'typeorm';
import type { EventName } from '../audit/security-event.js';
import type { Session } from './session-store.js';

/** Why a sign-in ended. */
export type EndReason =
  | 'sign-out'
  /** Its person ended it, from another one. */
  | 'revoked'
  /** Somebody at the command line did. */
  | 'operator'
  /** The person has too many; it was the one unused for longest. */
  | 'cap'
  /** Somebody signed in anew in the same browser. */
  | 'replaced'
  /** A clock ran out, or the store lost its session. */
  | 'expired'
  /** What it was begun with was not kept, so nobody learned of it. */
  | 'abandoned'
  /** A change to the account, by the name of its event. */
  | EventName;

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
