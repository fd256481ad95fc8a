/**
 * Who may use a route:
 *
 * - `all`: everybody; a form of it needs the session's token where there is a session.
 * - `all, without token`: everybody; its form is one that visitors send.
 * - `signed in`: people who are signed in.
 * - `recently`: people whose last full sign-in is recent.
 * - `admin`: people with that role.
 * - `group editors`: people in that group; `group editors, chiefs`: in one of them at least.
 * - `signed in, two factors`, and behind any of the last three: of these, people who have shown two factors.
 */
export type Access = 'all' | 'all, without token' | Closed | `${Closed}, two factors`;
type Closed = 'signed in' | 'recently' | 'admin' | `group ${string}`;

/** The routes of your modules. A new one fails `test/routes.e2e-spec.ts` until you have written down here what it is. */
export const OWN_ROUTES: Readonly<Record<string, Access>> = {
  'GET /welcome': 'signed in',
};
