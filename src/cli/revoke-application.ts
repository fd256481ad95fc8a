import type { INestApplicationContext } from '@nestjs/common';
import { EndHolding } from '../forward-auth/end-holding.js';
import { OpenedApplications } from '../forward-auth/opened-applications.js';
import { CommandFailed } from './command-failed.js';
import { existing } from './existing-user.js';
import { say } from './output.js';
import { operator } from './with-application.js';

/** What is to end: what somebody has opened of an application, from one of their sessions or from all (undefined). */
export interface OpenedByName {
  readonly name: string;
  readonly session: string | undefined;
  /** The name of an application, or where it is, should it be gone. */
  readonly application: string;
}

/** Ends what somebody has opened of one application, and nothing else. @throws CommandFailed where that is nothing. */
export async function revokeApplication(
  app: INestApplicationContext,
  { name, session, application }: OpenedByName,
): Promise<void> {
  const { id } = await existing(app, name);
  const opened = (await app.get(OpenedApplications).of(id)).filter(
    one =>
      [one.application?.name, one.origin].includes(application) &&
      (session === undefined || one.signInId === session),
  );
  let ended = 0;
  for (const one of opened) ended += (await app.get(EndHolding).opened(id, one, operator())) ? 1 : 0;
  if (ended === 0) throw new CommandFailed(`${name} has not opened ${JSON.stringify(application)} there.`);
  say(
    `Ended ${application} for ${name}, opened ${ended === 1 ? 'from one session' : `from ${ended} sessions`}.`,
  );
}
