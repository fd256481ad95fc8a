import type { OwnEventName } from '../config/site.js';
import type { RequestOrigin } from '../kernel/request-origin.js';

/** Every event the security log knows, in the words of the OWASP logging vocabulary where it has one. */
export const EVENT_NAMES = [
  'authn_login_success',
  'authn_login_fail',
  'authn_login_fail_max',
  'authn_confirm_success',
  'authn_password_change',
  'authn_not_me',
  'authn_recovery_request',
  'authn_registration_request',
  'authz_fail',
  'malicious_csrf',
  'malicious_extraneous',
  'session_created',
  'session_renewed',
  'session_ended',
  'session_use_unknown',
  'user_created',
  'user_disabled',
  'user_enabled',
  'user_deleted',
  'user_updated',
  'user_email_change_request',
  'user_email_change_cancel',
  'user_email_changed',
  'user_email_confirmed',
  'user_invited',
  'group_created',
  'group_removed',
  'group_joined',
  'group_left',
  'sys_shedding',
  'sys_audit_shortened',
  'sys_audit_stream',
  'sys_audit_checkpoint',
  'sys_audit_erased',
] as const;

/** One of these, or of the application that is built on Gatehouse. */
export type EventName = GatehouseEventName | OwnEventName;

export type GatehouseEventName = (typeof EVENT_NAMES)[number];

/** Something worth knowing when somebody asks later what happened. Never holds a secret. */
export interface SecurityEvent {
  readonly event: EventName;
  readonly outcome: 'success' | 'failure' | 'refused';
  /** Whom it concerns; null where nobody is known. */
  readonly userId: string | null;
  /** The first characters of the session id's hash; null without a session. */
  readonly session: string | null;
  /** What else tells the case from others: plain values only. Nobody's name or address: facts stay when people go. */
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
}

/** Where an event that nobody requested over the web comes from: the command line, a timer. */
export const localOrigin = (who: string): RequestOrigin => ({
  ip: '',
  userAgent: who,
  requestId: '',
  atThisMachine: true,
});
