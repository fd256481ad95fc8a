import type { INestApplicationContext } from '@nestjs/common';
import type { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';
import { CommandFailed } from './command-failed.js';

/** The person a command names. @throws CommandFailed where nobody has that username or address. */
export async function existing(app: INestApplicationContext, name: string): Promise<User> {
  const user = await app.get(UsersService).findByLogin(name);
  if (user === null)
    throw new CommandFailed(`Nobody has the username or e-mail address ${JSON.stringify(name)}.`);
  return user;
}
