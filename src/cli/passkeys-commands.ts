import type { INestApplicationContext } from '@nestjs/common';
import { Command } from 'commander';
import { AppConfig } from '../config/app-config.js';
import { Transaction } from '../database/transaction.js';
import { Mailer } from '../mail/mailer.js';
import type { Passkey } from '../passkeys/passkey.entity.js';
import { Passkeys } from '../passkeys/passkeys.js';
import { RelyingParty } from '../passkeys/relying-party.js';
import { confirmedAddress } from '../users/confirmed-address.js';
import type { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';
import { CommandFailed } from './command-failed.js';
import { existing } from './existing-user.js';
import { type Cells, printTable } from './output.js';
import { withApplication } from './with-application.js';
import { iso } from '../kernel/clock.js';

/** `gatehouse passkeys …` */
export function passkeysCommands(): Command {
  const passkeys = new Command('passkeys').description('passkeys of people');
  passkeys
    .command('list <name>')
    .description('list the passkeys of somebody, without secrets')
    .option('--json', 'as JSON', false)
    .action(listPasskeys);
  passkeys
    .command('moved')
    .description('list the people whose passkeys were made for another host than that of PUBLIC_URL')
    .option('--json', 'as JSON', false)
    .option(
      '--mail',
      'and write to those who may sign in, at confirmed addresses, that they should add one anew',
      false,
    )
    .action(listMoved);
  return passkeys;
}

interface ListOptions {
  readonly json: boolean;
}

async function listPasskeys(name: string, { json }: ListOptions): Promise<void> {
  await withApplication(async app => {
    const { id } = await existing(app, name);
    const here = app.get(RelyingParty).id;
    printTable(
      (await app.get(Passkeys).of(id)).map(row => cellsOf(row, here)),
      json,
    );
  });
}

const cellsOf = (row: Passkey, here: string | null): Cells => ({
  passkey: row.name,
  kind: row.synced ? 'synced' : 'this device only',
  state: row.suspendedAt !== null ? 'suspended' : row.rpId === here ? 'works' : `made for ${row.rpId}`,
  added: iso(row.addedAt),
  'last used': iso(row.lastUsedAt) ?? '',
});

interface MovedOptions extends ListOptions {
  readonly mail: boolean;
}

async function listMoved({ json, mail }: MovedOptions): Promise<void> {
  await withApplication(async app => {
    const mailer = app.get(Mailer);
    if (mail && !mailer.isOn)
      throw new CommandFailed('There is no way for mails: set SMTP_URL first. Nobody was written to.');
    const moved = [...(await app.get(Passkeys).madeElsewhere())];
    const people = await Promise.all(
      moved.map(async ([id, keys]) => ({ user: await userOf(app, id), keys })),
    );
    const there = people.flatMap(({ user, keys }) => (user === null ? [] : [{ user, keys }]));
    const rows = there.map(({ user, keys }) => ({
      username: user.username,
      email: user.email ?? '',
      passkeys: String(keys),
    }));
    printTable(rows, json);
    if (!mail) return;
    let written = 0;
    for (const { user } of there) written += (await tell(app, user)) ? 1 : 0;
    // Standard output holds the list alone, which a program may read.
    process.stderr.write(`Wrote to ${written} of ${there.length}: ${TO_WHOM} The server sends what waits.\n`);
  });
}

const TO_WHOM = 'to people who may sign in, at addresses that they have confirmed.';

const userOf = (app: INestApplicationContext, id: string): Promise<User | null> =>
  app.get(UsersService).findById(id);

/**
 * Promises a mail that says what to do. Who is disabled can do none of it, and an address that an operator typed may be
 * somebody else's. @returns whether there is one.
 */
async function tell(app: INestApplicationContext, user: User): Promise<boolean> {
  const to = user.disabledAt === null ? confirmedAddress(user) : null;
  if (to === null) return false;
  const mailer = app.get(Mailer);
  const link = `${app.get(AppConfig).publicUrl}/account/security/passkeys`;
  const model = { name: user.displayName, link };
  await app
    .get(Transaction)
    .run(manager => mailer.promise(manager, { to, template: 'passkeys-moved', model }));
  return true;
}
