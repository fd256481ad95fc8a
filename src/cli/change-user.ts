import type { INestApplicationContext } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { EventName } from '../audit/security-event.js';
import { AccountChange } from '../sessions/account-change.js';
import type { User } from '../users/user.entity.js';
import { CommandFailed } from './command-failed.js';
import { existing } from './existing-user.js';
import { say } from './output.js';
import { operator, withApplication } from './with-application.js';

/** What a command does to somebody's account. */
export interface UserChange {
  readonly name: string;
  readonly event: EventName;
  /** The line to print when it is done. */
  readonly done: string;
  /** The line where it is so already: nothing is changed then, and nothing ends. */
  readonly already?: (user: User) => string | null;
  readonly statement: (
    manager: EntityManager,
    user: User,
    app: INestApplicationContext,
  ) => Promise<{ affected?: number | null }>;
  /** What follows once it is kept. */
  readonly afterwards?: (app: INestApplicationContext, user: User) => Promise<void>;
}

/** Changes somebody's row and ends their sessions with it, or does neither where it is so already. @throws CommandFailed where nobody has the name. */
export async function changeUser(wanted: UserChange): Promise<void> {
  const { name, done, already, afterwards } = wanted;
  await withApplication(async app => {
    const user = await existing(app, name);
    const isSo = already?.(user) ?? null;
    if (isSo === null) await change(app, user, wanted);
    await afterwards?.(app, user);
    say(isSo ?? done);
  });
}

async function change(
  app: INestApplicationContext,
  user: User,
  { name, event, statement }: UserChange,
): Promise<void> {
  const applied = await app.get(AccountChange).apply({
    ...{ userId: user.id, event, origin: operator() },
    change: async manager => ((await statement(manager, user, app)).affected ?? 0) > 0,
  });
  if (!applied) throw new CommandFailed(`${name} was deleted meanwhile.`);
}
