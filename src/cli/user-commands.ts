import { Command, Option } from 'commander';
import { CreateAccount } from '../credentials/create-account.js';
import { Passwords } from '../credentials/passwords.js';
import { AppConfig } from '../config/app-config.js';
import { Clock } from '../kernel/clock.js';
import type { Role } from '../kernel/principal.js';
import { MailWorker } from '../mail/mail-worker.js';
import { Notices } from '../recovery/notices.js';
import { Invite } from '../registration/invite.js';
import { AccountChange } from '../sessions/account-change.js';
import { parseEmailAddress } from '../users/email-address.js';
import { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';
import { askPassword } from './ask-password.js';
import { CommandFailed } from './command-failed.js';
import { existing } from './existing-user.js';
import { printTable, say } from './output.js';
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
  await withApplication(async app => {
    const wanted = { username: name, email: email ?? null, password, role };
    const done = await app.get(CreateAccount).create(wanted, operator());
    if (done.outcome === 'created') return say(`Created ${done.user.username}.`);
    throw new CommandFailed(done.outcome === 'refused' ? done.sentence : 'Somebody has an account already.');
  });
}

async function inviteUser(address: string, { role }: { readonly role: Role }): Promise<void> {
  const email = parseEmailAddress(address);
  if (email === null) throw new CommandFailed(`${JSON.stringify(address)} is no e-mail address.`);
  await withApplication(async app => {
    if (app.get(AppConfig).registration === 'closed') {
      throw new CommandFailed(
        'REGISTRATION is closed: nobody can accept an invitation. Set it to invite or open.',
      );
    }
    const promised = await app.get(Invite).send(email, role, operator());
    if (!promised) throw new CommandFailed(`Somebody has an account with ${email.display} already.`);
    await app.get(MailWorker).run();
    say(`Invited ${email.display}.`);
  });
}

async function listUsers({ json }: { readonly json: boolean }): Promise<void> {
  await withApplication(async app => {
    const people = (await app.get(UsersService).list()).map(person => ({
      username: person.username,
      email: person.email ?? '',
      role: person.role,
      state: person.disabledAt === null ? 'enabled' : 'disabled',
      created: new Date(person.createdAt).toISOString(),
    }));
    printTable(people, json);
  });
}

const disableUser = (name: string): Promise<void> =>
  changeUser(name, `Disabled ${name}; all its sessions are ended.`, 'user_disabled', (manager, user, now) =>
    manager.update(User, { id: user.id }, { disabledAt: now }),
  );

async function enableUser(name: string): Promise<void> {
  await changeUser(name, `Enabled ${name}.`, 'user_enabled', (manager, user) =>
    manager.update(User, { id: user.id }, { disabledAt: null }),
  );
}

async function deleteUser(name: string): Promise<void> {
  await changeUser(name, `Deleted ${name}.`, 'user_deleted', (manager, user) =>
    manager.delete(User, { id: user.id }),
  );
}

async function setPassword(
  name: string,
  { passwordStdin }: { readonly passwordStdin: boolean },
): Promise<void> {
  const password = await askPassword({ stdin: passwordStdin });
  await withApplication(async app => {
    const user = await existing(app, name);
    const alongside = (manager: Manager) =>
      app.get(Notices).send(manager, 'password-changed', user, operator());
    const done = await app.get(Passwords).set({ user, password, alongside }, operator());
    if (done.outcome === 'changed') return say(`Set the password of ${name}; all its sessions are ended.`);
    throw new CommandFailed(done.outcome === 'refused' ? done.sentence : `${name} was deleted meanwhile.`);
  });
}

type Change = Parameters<AccountChange['apply']>[0];
type Manager = Parameters<Change['change']>[0];

/** Changes somebody's row and ends their sessions with it. */
async function changeUser(
  name: string,
  done: string,
  event: Change['event'],
  statement: (manager: Manager, user: User, now: number) => Promise<{ affected?: number | null }>,
): Promise<void> {
  await withApplication(async app => {
    const user = await existing(app, name);
    const now = app.get(Clock).now();
    const change = async (manager: Manager) => ((await statement(manager, user, now)).affected ?? 0) > 0;
    const applied = await app
      .get(AccountChange)
      .apply({ userId: user.id, event, origin: operator(), change });
    if (!applied) throw new CommandFailed(`${name} was deleted meanwhile.`);
    say(done);
  });
}
