import { Command } from 'commander';
import { SessionList } from '../sessions/session-list.js';
import type { Session } from '../sessions/session-store.js';
import { UsersService } from '../users/users.service.js';
import { CommandFailed } from './command-failed.js';
import { existing } from './existing-user.js';
import { type Cells, printTable, say } from './output.js';
import { operator, withApplication } from './with-application.js';

/** `gatehouse sessions …` */
export function sessionsCommands(): Command {
  const sessions = new Command('sessions').description('who is signed in');
  sessions
    .command('list [name]')
    .description("list a person's live sessions, or everybody's")
    .option('--json', 'as JSON', false)
    .action(listSessions);
  sessions
    .command('revoke <name> [session]')
    .description("end one of a person's sessions, by the name the list gives it, or all of them")
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
      for (const [index, { username }] of people.entries())
        rows.push(...(lists[index] ?? []).map(session => cellsOf(username, session)));
    }
    printTable(rows, json);
    warnOf(sessions, `${LOST_TRACK} "sessions revoke NAME" ends all of somebody's.`);
  });
}

const cellsOf = (username: string, session: Session): Cells => ({
  username,
  session: session.publicId,
  'signed in': new Date(session.createdAt).toISOString(),
  'last seen': new Date(session.lastSeenAt).toISOString(),
  ends: new Date(session.expiresAt).toISOString(),
  address: session.ip,
  client: session.userAgent,
});

async function revokeSessions(name: string, session: string | undefined): Promise<void> {
  await withApplication(async app => {
    const { id } = await existing(app, name);
    const sessions = app.get(SessionList);
    if (session === undefined) {
      const count = await sessions.endAll(id, 'operator', operator());
      say(`Ended ${count} session${count === 1 ? '' : 's'} of ${name}.`);
      return warnOf(sessions, `${LOST_TRACK} Those of ${name} are ended all the same.`);
    }
    if (!(await sessions.end(id, session, operator()))) {
      warnOf(sessions, `${LOST_TRACK} "sessions revoke ${name}" ends them all.`);
      throw new CommandFailed(`${name} has no session ${JSON.stringify(session)}.`);
    }
    say(`Ended session ${session} of ${name}.`);
  });
}

const LOST_TRACK = 'Redis may have thrown lists of sessions away: there may be sessions that are not listed.';

/** To standard error: standard output holds what was asked for, also for scripts. */
function warnOf(sessions: SessionList, sentence: string): void {
  if (sessions.mayLackSome) process.stderr.write(`${sentence}\n`);
}
