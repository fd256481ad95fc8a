import type { INestApplicationContext } from '@nestjs/common';
import { Command, Option } from 'commander';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../audit/audit-log.js';
import { ErasureWorker } from '../audit/erasure-worker.js';
import { CreateAccount } from '../credentials/create-account.js';
import { DeletePerson } from '../credentials/delete-person.js';
import { Passwords } from '../credentials/passwords.js';
import { Clock, iso } from '../kernel/clock.js';
import { inOneLine } from '../kernel/field-errors.js';
import type { Role } from '../kernel/principal.js';
import { Notices } from '../recovery/notices.js';
import { Resting } from '../throttle/resting.js';
import { SignInThrottle } from '../throttle/sign-in-throttle.js';
import { confirmedAddress } from '../users/confirmed-address.js';
import { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';
import { askPassword } from './ask-password.js';
import { changeUser } from './change-user.js';
import { CommandFailed } from './command-failed.js';
import { existing } from './existing-user.js';
import { inviteUser } from './invite-user.js';
import { lackOfFactor } from './lack-of-factor.js';
import { type Cells, printTable, say } from './output.js';
import { resetFactorsCommand, userShowCommand } from './user-factors.js';
import { requireNewPassword, sendReset } from './reset-password.js';
import { userGroupsCommand } from './user-groups.js';
import { operator, withApplication } from './with-application.js';

/** `gatehouse user …` */
export function userCommands(): Command {
  const user = new Command('user').description('accounts');
  user
    .command('create <name>')
    .description('create an account; asks for the password')
    .option('--email <address>', 'e-mail address')
    .addOption(new Option('--role <role>', 'what they may do').choices(['user', 'admin']).default('user'))
    .option('--password-stdin', 'read the password from standard input', false)
    .action(createUser);
  user
    .command('invite <email>')
    .description('mail a link that lets somebody choose a username and a password')
    .addOption(new Option('--role <role>', 'what they may do').choices(['user', 'admin']).default('user'))
    .action(inviteUser);
  user.command('list').description('list all accounts').option('--json', 'as JSON', false).action(listUsers);
  user.command('disable <name>').description('refuse sign-in and end all sessions').action(disableUser);
  user.command('enable <name>').description('allow sign-in again').action(enableUser);
  user
    .command('set-password <name>')
    .description('set a new password and end all sessions')
    .option('--password-stdin', 'read the password from standard input', false)
    .action(setPassword);
  user
    .command('send-reset <name>')
    .description('mail a link to set a new password; the old one stays until it is used')
    .action(sendReset);
  user
    .command('require-new-password <name>')
    .description('switch the password off, end all sessions, and mail a link to set a new one')
    .action(requireNewPassword);
  user
    .command('role <name> <role>')
    .description('say what somebody may do (user, admin) and end all their sessions')
    .action(changeRole);
  user.addCommand(userGroupsCommand());
  user.addCommand(userShowCommand());
  user.addCommand(resetFactorsCommand());
  user.command('delete <name>').description('delete the account and its sessions').action(deleteUser);
  return user;
}

interface CreateOptions {
  readonly email?: string;
  readonly role: Role;
  readonly passwordStdin: boolean;
}

async function createUser(name: string, { email, role, passwordStdin }: CreateOptions): Promise<void> {
  const password = await askPassword({ stdin: passwordStdin });
  await withApplication(
    async app => {
      const wanted = { username: name, email: email ?? null, password, role };
      const done = await app.get(CreateAccount).create(wanted, operator());
      if (done.outcome !== 'created')
        throw new CommandFailed(
          done.outcome === 'refused' ? inOneLine(done.errors) : 'Somebody has an account already.',
        );
      say(`Created ${done.user.username}.`);
      const lack = lackOfFactor(app, done.user);
      if (lack !== null) say(lack);
    },
    { makes: true },
  );
}

async function listUsers({ json }: { readonly json: boolean }): Promise<void> {
  await withApplication(async app => {
    const rows: Cells[] = [];
    for await (const people of app.get(UsersService).everybody()) rows.push(...people.map(cellsOf));
    printTable(rows, json);
  });
}

const cellsOf = (person: User): Cells => ({
  username: person.username,
  email: person.email ?? '',
  confirmed: person.email === null ? '' : confirmedAddress(person) === null ? 'no' : 'yes',
  role: person.role,
  state: person.disabledAt === null ? 'enabled' : 'disabled',
  created: iso(person.createdAt),
});

const disableUser = (name: string): Promise<void> =>
  changeUser({
    name,
    event: 'user_disabled',
    done: `Disabled ${name}; all its sessions are ended.`,
    statement: (manager, { id }, app) => manager.update(User, { id }, { disabledAt: app.get(Clock).now() }),
  });

const enableUser = (name: string): Promise<void> =>
  changeUser({
    name,
    event: 'user_enabled',
    done: `Enabled ${name}.`,
    already: ({ disabledAt }) =>
      disabledAt === null
        ? `${name} is enabled already, and its sessions go on; where its password or codes rested, they work everywhere again.`
        : null,
    statement: (manager, { id }) => manager.update(User, { id }, { disabledAt: null }),
    afterwards: async (app, user) => {
      await wake(app, user);
      if (user.disabledAt === null) recordWaking(app, user);
    },
  });

/** A password that rests after many failures works again everywhere, and so do codes. */
async function wake(app: INestApplicationContext, { id, usernameKey, emailKey }: User): Promise<void> {
  await app.get(SignInThrottle).lift(id, {
    names: [usernameKey, ...(emailKey === null ? [] : [emailKey])],
    ip: '127.0.0.1',
  });
  await app.get(Resting).wakeCodes(id);
}

function recordWaking(app: INestApplicationContext, { id: userId }: User): void {
  const facts = { was: 'enabled' };
  const event = { event: 'user_enabled', outcome: 'success', userId, session: null, facts } as const;
  app.get(AuditLog).record(event, operator());
}

async function changeRole(name: string, role: string): Promise<void> {
  if (role !== 'user' && role !== 'admin') throw new CommandFailed('The role is user or admin.');
  await changeUser({
    name,
    event: 'user_updated',
    done: `${name} is ${role === 'admin' ? 'an administrator' : 'a user'} now; all its sessions are ended.`,
    statement: (manager, { id }) => manager.update(User, { id }, { role }),
    also: (app, user) => lackOfFactor(app, { ...user, role }),
  });
}

/** What is to be done afterwards is done before the command ends: there may be no server. If it is killed, one goes on. */
async function deleteUser(name: string): Promise<void> {
  await withApplication(async app => {
    const person = await existing(app, name);
    if (!(await app.get(DeletePerson).delete({ person, origin: operator() })))
      throw new CommandFailed(`${name} was deleted meanwhile.`);
    say(`Deleted ${name}.`);
    await app.get(AuditLog).settled();
    await app.get(ErasureWorker).run();
  });
}

async function setPassword(
  name: string,
  { passwordStdin }: { readonly passwordStdin: boolean },
): Promise<void> {
  const password = await askPassword({ stdin: passwordStdin });
  await withApplication(async app => {
    const user = await existing(app, name);
    const alongside = (manager: EntityManager) =>
      app.get(Notices).send(manager, 'password-changed', user, operator());
    const doubt = { kind: 'operator-reset', since: null, openedAt: null } as const;
    const done = await app.get(Passwords).set({ user, password, doubt, alongside }, operator());
    if (done.outcome === 'changed') {
      await wake(app, user);
      return say(`Set the password of ${name}; all its sessions are ended.`);
    }
    throw new CommandFailed(
      done.outcome === 'refused' ? inOneLine(done.errors) : `${name} was deleted meanwhile.`,
    );
  });
}
