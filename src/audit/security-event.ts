import type { OwnEventName } from '../config/site.js';
import type { RequestOrigin } from '../kernel/request-origin.js';

/** Every event the security log knows, in the words of the OWASP logging vocabulary where it has one. */
export const EVENT_NAMES = [
  'authn_login_success',
  'authn_login_fail',
  'authn_login_fail_max',
  'authn_login_lock',
  'authn_confirm_success',
  'authn_step_open',
  'authn_step_fail',
  'authn_step_fail_max',
  'authn_step_lock',
  'authn_factor_added',
  'authn_factor_removed',
  'authn_factor_suspended',
  'authn_factor_readmitted',
  'authn_factor_renamed',
  'authn_factor_refused',
  'authn_recovery_codes_made',
  'authn_recovery_code_used',
  'authn_factor_reset_request',
  'authn_factor_reset_cancel',
  'authn_factor_reset',
  'authn_password_change',
  'authn_password_off',
  'authn_not_me',
  'authn_recovery_request',
  'authn_registration_request',
  'authn_link_fail',
  'authn_setup_fail',
  'authz_fail',
  'malicious_csrf',
  'malicious_extraneous',
  'input_validation_fail',
  'excess_rate_limit_exceeded',
  'sensitive_read',
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
  'application_added',
  'application_changed',
  'application_removed',
  'application_entered',
  'application_left',
  'token_created',
  'token_ended',
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
