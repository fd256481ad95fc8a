import { Command } from 'commander';
import { AccessTokens } from '../forward-auth/access-tokens.js';
import { type OpenedApplication, OpenedApplications } from '../forward-auth/opened-applications.js';
import { SessionList } from '../sessions/session-list.js';
import type { Session } from '../sessions/session-store.js';
import { UsersService } from '../users/users.service.js';
import { CommandFailed } from './command-failed.js';
import { existing } from './existing-user.js';
import { type Cells, printTable, say } from './output.js';
import { revokeApplication } from './revoke-application.js';
import { goOn, tokensLeft } from './tokens-commands.js';
import { operator, withApplication } from './with-application.js';
import { iso } from '../kernel/clock.js';

/** `gatehouse sessions …` */
export function sessionsCommands(): Command {
  const sessions = new Command('sessions').description('who is signed in');
  sessions
    .command('list [name]')
    .description("list a person's live sessions, or everybody's")
    .option('--json', 'as JSON', false)
    .action(listSessions);
  sessions
    .command('revoke [name] [session]')
    .description(
      "end one of a person's sessions, by the name the list gives it, or all of them; or everybody's",
    )
    .option('--app <name>', 'end what was opened of this application, and nothing else')
    .option('--all', "end everybody's sessions", false)
    .action(revokeSessions);
  return sessions;
}

async function listSessions(name: string | undefined, { json }: { readonly json: boolean }): Promise<void> {
  await withApplication(async app => {
    const rows: Cells[] = [];
    const sessions = app.get(SessionList);
    const groups = name === undefined ? app.get(UsersService).everybody() : [[await existing(app, name)]];
    for await (const people of groups) {
      const lists = await Promise.all(people.map(({ id }) => sessions.of(id)));
      for (const [index, { id, username }] of people.entries()) {
        const opened = await app.get(OpenedApplications).of(id);
        rows.push(...(lists[index] ?? []).map(session => cellsOf(username, session, opened)));
      }
    }
    printTable(rows, json);
    warnOf(sessions, `${LOST_TRACK} "sessions revoke NAME" ends all of somebody's.`);
  });
}

const cellsOf = (username: string, session: Session, opened: readonly OpenedApplication[]): Cells => ({
  username,
  session: session.publicId,
  'signed in': iso(session.createdAt),
  'last seen': iso(session.lastSeenAt),
  ends: iso(session.expiresAt),
  address: session.ip,
  client: session.userAgent,
  applications: opened
    .filter(({ signInId }) => signInId === session.publicId)
    .map(({ application, origin }) => application?.name ?? origin)
    .join(', '),
});

async function revokeSessions(
  name: string | undefined,
  session: string | undefined,
  { all, app: application }: { readonly all: boolean; readonly app?: string },
): Promise<void> {
  if (all === (name !== undefined))
    throw new CommandFailed('Name somebody, or say --all for everybody: one of the two.');
  if (name === undefined) {
    if (application !== undefined) throw new CommandFailed(APP_OF_SOMEBODY);
    return revokeAll();
  }
  if (application === undefined) return revokeOf(name, session);
  await withApplication(app => revokeApplication(app, { name, session, application }));
}

/** Person by person: each is a short transaction, and nobody who signs in meanwhile is signed out twice. */
async function revokeAll(): Promise<void> {
  await withApplication(async app => {
    const sessions = app.get(SessionList);
    let [count, people, tokens] = [0, 0, 0];
    for await (const group of app.get(UsersService).everybody())
      for (const { id } of group) {
        const ended = await sessions.endAll(id, 'operator', operator());
        count += ended;
        people += ended > 0 ? 1 : 0;
        tokens += (await app.get(AccessTokens).of(id)).length;
      }
    say(`Ended ${counted(count, 'session')} of ${people === 1 ? 'one person' : `${people} people`}.`);
    warnOf(sessions, `${LOST_TRACK} Those are ended all the same.`);
    if (tokens > 0)
      say(`${goOn(tokens === 1 ? 'There is' : 'There are', tokens)} "tokens revoke --all" ends all of them.`);
  });
}

async function revokeOf(name: string, session: string | undefined): Promise<void> {
  await withApplication(async app => {
    const { id } = await existing(app, name);
    const sessions = app.get(SessionList);
    if (session === undefined) {
      const count = await sessions.endAll(id, 'operator', operator());
      say(`Ended ${counted(count, 'session')} of ${name}.`);
      const left = await tokensLeft(app, { id, name });
      if (left !== null) say(left);
      return warnOf(sessions, `${LOST_TRACK} Those of ${name} are ended all the same.`);
    }
    if (!(await sessions.end({ userId: id, publicId: session }, 'operator', operator()))) {
      warnOf(sessions, `${LOST_TRACK} "sessions revoke ${name}" ends them all.`);
      throw new CommandFailed(`${name} has no session ${JSON.stringify(session)}.`);
    }
    say(`Ended session ${session} of ${name}.`);
  });
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const APP_OF_SOMEBODY =
  'Name somebody beside --app. To end what everybody has of an application, change it: "app change --help".';

const LOST_TRACK = 'Redis may have thrown lists of sessions away: there may be sessions that are not listed.';

/** To standard error: standard output holds what was asked for, also for scripts. */
function warnOf(sessions: SessionList, sentence: string): void {
  if (sessions.mayLackSome) process.stderr.write(`${sentence}\n`);
}
