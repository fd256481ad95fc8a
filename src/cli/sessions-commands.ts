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
  });
}

const cellsOf = (username: string, session: Session): Cells => ({
  username,
  session: session.publicId,
  'signed in': new Date(session.authenticatedAt).toISOString(),
  'last seen': new Date(session.lastSeenAt).toISOString(),
  ends: new Date(session.expiresAt).toISOString(),
  address: session.ip,
  client: session.userAgent,
});

async function revokeSessions(name: string, session: string | undefined): Promise<void> {
  await withApplication(async app => {
    const { id } = await existing(app, name);
    if (session === undefined) {
      const count = await app.get(SessionList).endAll(id, 'operator', operator());
      return say(`Ended ${count} session${count === 1 ? '' : 's'} of ${name}.`);
    }
    const ended = await app.get(SessionList).end(id, session, operator());
    if (!ended) throw new CommandFailed(`${name} has no session ${JSON.stringify(session)}.`);
    say(`Ended session ${session} of ${name}.`);
  });
}
