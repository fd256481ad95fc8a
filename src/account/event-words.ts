import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { AuditEvent } from '../audit/audit-event.entity.js';
import { EVENT_NAMES, type EventName, type GatehouseEventName } from '../audit/security-event.js';
import { type OwnEventName, Site } from '../config/site.js';
import { deviceInWords } from '../pages/device-words.js';

/** What each event is called on a person's own page; null: it says nothing to them. */
const WORDS: Readonly<Record<GatehouseEventName, string | null>> = {
  authn_login_success: 'Signed in',
  authn_login_fail: 'A sign-in failed',
  authn_login_lock: 'After 100 wrong passwords in a row, the password works only in browsers that are known',
  authn_login_fail_max: 'A sign-in was refused after too many attempts',
  authn_confirm_success: 'Confirmed the password',
  authn_step_open: 'The password was right, and a second factor was asked for',
  authn_step_fail: 'A wrong second factor was given after the right password',
  authn_step_fail_max: 'A second factor was refused after too many attempts',
  authn_step_lock: 'After 100 wrong codes in a row, codes work only in browsers that are known',
  authn_factor_added: 'A second factor was added',
  authn_factor_removed: 'A second factor was removed',
  authn_factor_suspended: 'Second factors were suspended',
  authn_factor_readmitted: 'A suspended second factor was admitted again',
  authn_factor_renamed: 'A passkey was given another name',
  authn_factor_refused: 'A second factor was refused that may have been copied',
  authn_recovery_codes_made: 'New recovery codes were made',
  authn_recovery_code_used: 'A recovery code was used up',
  authn_factor_reset_request: 'A reset of the second factors was requested',
  authn_factor_reset_cancel: 'The reset of the second factors was cancelled',
  authn_factor_reset: 'The second factors were reset',
  authn_password_change: 'The password was changed',
  authn_password_off:
    'The password was switched off: all sessions were ended, and a link to set a new one was mailed',
  authn_not_me: '“This was not me” was reported: all sessions were ended and the password was switched off',
  authn_recovery_request: 'A link to set a new password was requested',
  authn_registration_request: 'Somebody tried to register with your address',
  authn_link_fail: null,
  authn_setup_fail: null,
  authz_fail: 'Something your account is not allowed to do was refused',
  malicious_csrf: 'A request from another site was refused',
  malicious_extraneous: 'A malformed request was refused',
  input_validation_fail: null,
  excess_rate_limit_exceeded: null,
  sensitive_read: 'All data of the account was downloaded',
  session_created: null,
  session_renewed: null,
  session_ended: 'A session was ended',
  session_use_unknown: null,
  user_created: 'The account was created',
  user_disabled: 'The account was disabled',
  user_enabled: 'The account was enabled again',
  user_deleted: 'The account was closed',
  user_updated: 'The profile was changed',
  user_email_change_request: 'A new e-mail address was requested',
  user_email_change_cancel: 'The change of the e-mail address was cancelled',
  user_email_changed: 'The e-mail address was changed',
  user_email_confirmed: 'The e-mail address was confirmed',
  user_invited: null,
  group_created: null,
  group_removed: null,
  group_joined: 'The account was put into a group',
  group_left: 'The account was taken out of a group',
  application_added: null,
  application_changed: null,
  application_removed: null,
  application_entered: 'An application was opened',
  application_left: 'An application was left',
  token_created: 'An access token was made',
  token_ended: 'An access token was ended',
  sys_shedding: null,
  sys_audit_shortened: null,
  sys_audit_stream: null,
  sys_audit_checkpoint: null,
  sys_audit_erased: null,
};

/** Why a session ended, where that says more than that it did. */
const ENDED: Readonly<Record<string, string>> = {
  'sign-out': 'Signed out',
  cap: 'The longest unused session was ended to make room for a new one',
  authn_password_change: 'A session was ended because the password changed',
};

/** What failed of somebody who was signed in and had to confirm who they are: nobody tried to come in. */
const CONFIRM: Readonly<Record<string, string>> = {
  authn_login_fail: 'A wrong current password was typed',
  authn_login_fail_max: 'Confirming the password was refused after too many attempts',
  authn_step_fail: 'A wrong second factor was shown to confirm who you are',
  authn_step_fail_max: 'Confirming with a second factor was refused after too many attempts',
};

/** What somebody who was signed in showed beside the password, or in its place. */
const CONFIRMED_BY_FACTOR = 'Confirmed with a second factor';

/** What happened in which group. */
const IN_GROUP: Readonly<Record<string, (group: string) => string>> = {
  group_joined: group => `The account was put into the group “${group}”`,
  group_left: group => `The account was taken out of the group “${group}”`,
};

/** What happened with which application. */
const WITH_APPLICATION: Readonly<Record<string, (name: string) => string>> = {
  application_entered: name => `The application “${name}” was opened`,
  application_left: name => `The application “${name}” was left`,
  token_created: name => `An access token for “${name}” was made`,
  token_ended: name => `An access token for “${name}” was ended`,
};

const Facts = z.object({
  method: z.string().optional(),
  reason: z.string().optional(),
  purpose: z.string().optional(),
  group: z.string().optional(),
  application: z.string().optional(),
});

/** Security events as their person reads them: Gatehouse's, and those of the application that is built on it. */
@Injectable()
export class EventWords {
  /** The names of events that people see of themselves. */
  readonly shown: readonly EventName[];

  constructor(private readonly site: Site) {
    this.shown = [...EVENT_NAMES, ...Object.keys(site.events ?? {}).filter(isOwnName)].filter(
      name => this.usual(name) !== null,
    );
  }

  /** An event for its person: "Signed in", from "Firefox on Linux, 192.0.2.7" (null: nobody knows), and how it went. */
  of(event: AuditEvent) {
    const words = this.special(event) ?? this.usual(event.event) ?? 'Something happened';
    return { words, from: placeOf(event), failed: event.outcome !== 'success' };
  }

  private usual(name: string): string | null {
    if (isOwnName(name)) return this.site.events?.[name] ?? null;
    return isGatehouseName(name) ? WORDS[name] : null;
  }

  private special({ event, facts: json }: AuditEvent): string | null {
    const facts: unknown = JSON.parse(json);
    const { reason = '', method, purpose, group, application } = Facts.safeParse(facts).data ?? {};
    if (event === 'authn_confirm_success' && (method ?? 'pwd') !== 'pwd') return CONFIRMED_BY_FACTOR;
    if (event === 'session_ended') return ENDED[reason] ?? null;
    if (group !== undefined) return IN_GROUP[event]?.(group) ?? null;
    if (application !== undefined) return WITH_APPLICATION[event]?.(application) ?? null;
    return purpose === 'confirm' ? (CONFIRM[event] ?? null) : null;
  }
}

const isOwnName = (name: string): name is OwnEventName => name.startsWith('app_');

const isGatehouseName = (name: string): name is GatehouseEventName => Object.hasOwn(WORDS, name);

/** What comes from no address is an operator's doing. */
function placeOf({ ip, userAgent }: AuditEvent): string | null {
  if (ip === '') return userAgent.startsWith('command line') ? 'the command line' : userAgent || null;
  return userAgent === '' ? ip : `${deviceInWords(userAgent)}, ${ip}`;
}
