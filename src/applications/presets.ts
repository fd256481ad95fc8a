import type { WrittenDown } from './definition.js';

/** What is known of a program that many run behind a gate. */
export interface Preset {
  /** What an application of it has where nothing else is said. */
  readonly rules: Partial<WrittenDown>;
  /** What its own configuration needs, in a sentence. */
  readonly then: string;
}

/**
 * By the name of the program. Each that trusts a header must be out of reach for everybody but the proxy. Radicale is run in
 * the tests; what the others need is from their documentation.
 */
export const PRESETS: Readonly<Record<string, Preset>> = {
  radicale: {
    rules: { label: 'Calendars', tokens: true },
    then:
      'In its configuration: [auth] type = http_x_remote_user. Calendars on phones come with an access token as password; a program ' +
      'that sends its password only when it is asked for it cannot be used, because the gate never asks.',
  },
  grafana: {
    rules: { label: 'Grafana', activity: 'navigation' },
    then:
      'In grafana.ini: [auth.proxy] enabled = true, header_name = Remote-User, headers = Name:Remote-Name Email:Remote-Email, ' +
      'whitelist = the address of the proxy. Its pages ask again by themselves, so only going to one counts as activity.',
  },
  gitea: {
    rules: { label: 'Gitea', tokens: true, ownSession: true },
    then:
      'In app.ini: [service] ENABLE_REVERSE_PROXY_AUTHENTICATION = true, ENABLE_REVERSE_PROXY_AUTO_REGISTRATION = true; ' +
      '[security] REVERSE_PROXY_AUTHENTICATION_USER = Remote-User, REVERSE_PROXY_TRUSTED_PROXIES = the address of the proxy. ' +
      'Git sends a password only when it is asked for one, which the gate never does: who pulls and pushes over HTTPS gives it ' +
      'their access token by git config --global http.https://GITEA/.extraHeader "X-Gatehouse-Token: gth_…".',
  },
  nextcloud: {
    rules: { label: 'Nextcloud', ownSession: true },
    then:
      'In its app "SSO & SAML authentication": occ config:app:set user_saml type --value=environment-variable; occ ' +
      'saml:config:create; occ saml:config:set 1 --general-uid_mapping=HTTP_REMOTE_USER. Its locations with fastcgi_pass, where it ' +
      'has any in nginx, must include gate-cgi.conf, or it believes whatever a visitor says. Its programs for phones and desktops ' +
      'know no sign-in but its own: they come only to paths that --open names.',
  },
  paperless: {
    rules: { label: 'Paperless', tokens: true },
    then:
      'In its environment: PAPERLESS_ENABLE_HTTP_REMOTE_USER=true, PAPERLESS_URL=its address. Programs that use its interface ' +
      'come with an access token, sent without being asked, and it believes them with PAPERLESS_ENABLE_HTTP_REMOTE_USER_API=true.',
  },
  immich: {
    rules: { label: 'Immich', tokens: true, ownSession: true },
    then:
      'Nothing: it believes no header, and people sign in to it once more. Its app for phones comes with the header ' +
      'X-Gatehouse-Token, an access token in it, under "Custom proxy headers" of its settings.',
  },
};
