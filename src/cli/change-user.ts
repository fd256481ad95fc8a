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
  readonly statement: (
    manager: EntityManager,
    user: User,
    app: INestApplicationContext,
  ) => Promise<{ affected?: number | null }>;
  /** What follows once it is kept. */
  readonly afterwards?: (app: INestApplicationContext, user: User) => Promise<void>;
  /** One more line to print then; null: none. */
  readonly also?: (app: INestApplicationContext, user: User) => string | null;
}

/** Changes somebody's row and ends their sessions with it. @throws CommandFailed where nobody has the name. */
export async function changeUser(wanted: UserChange): Promise<void> {
  const { name, event, done, statement, afterwards, also } = wanted;
  await withApplication(async app => {
    const user = await existing(app, name);
    const change = async (manager: EntityManager) =>
      ((await statement(manager, user, app)).affected ?? 0) > 0;
    const applied = await app
      .get(AccountChange)
      .apply({ userId: user.id, event, origin: operator(), change });
    if (!applied) throw new CommandFailed(`${name} was deleted meanwhile.`);
    await afterwards?.(app, user);
    say(done);
    const more = also?.(app, user) ?? null;
    if (more !== null) say(more);
  });
}
