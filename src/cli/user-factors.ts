import type { INestApplicationContext } from '@nestjs/common';
import { Command } from 'commander';
import { Transaction } from '../database/transaction.js';
import { Clock, iso } from '../kernel/clock.js';
import { Mailer } from '../mail/mailer.js';
import { Authenticators } from '../second-factor/authenticators.js';
import { LostFactors } from '../second-factor/lost-factors.js';
import { RecoveryCodes } from '../second-factor/recovery-codes.js';
import { CODE_LIFE, ResetCodes } from '../second-factor/reset-codes.js';
import { Resting } from '../throttle/resting.js';
import { confirmedAddress } from '../users/confirmed-address.js';
import type { User } from '../users/user.entity.js';
import { UsersService } from '../users/users.service.js';
import { CommandFailed } from './command-failed.js';
import { existing } from './existing-user.js';
import { say } from './output.js';
import { operator, withApplication } from './with-application.js';

/** `gatehouse user show` */
export const userShowCommand = (): Command =>
  new Command('show')
    .argument('<name>')
    .description('say what somebody signs in with, without any secret')
    .action(showUser);

/** `gatehouse user reset-factors` */
export const resetFactorsCommand = (): Command =>
  new Command('reset-factors')
    .argument('<name>')
    .description(
      'for somebody who has lost every second factor: remove them, after a delay in which the owner is told',
    )
    .option('--now', 'without the delay', false)
    .action(resetFactors);

async function showUser(name: string): Promise<void> {
  await withApplication(async app => {
    const user = await existing(app, name);
    say(`${user.username}, ${user.role}${user.disabledAt === null ? '' : ', disabled'}`);
    for (const line of await linesOn(app, user)) say(`  ${line}`);
  });
}

async function linesOn(app: INestApplicationContext, user: User): Promise<readonly string[]> {
  const found = await app.get(Authenticators).find(user.id);
  const codes = await app.get(RecoveryCodes).left(user.id);
  const rests = await app.get(Resting).of(user.id);
  const hasPassword = (await app.get(UsersService).passwordHashOf(user.id)) !== null;
  const address =
    user.email === null ? 'none' : `${user.email}${confirmedAddress(user) === null ? ', not confirmed' : ''}`;
  const state = found === null ? 'none' : found.suspendedAt === null ? 'yes' : 'suspended';
  return [
    `e-mail: ${address}`,
    ...(hasPassword ? [] : ['password: none, it was switched off']),
    `second factor: ${await secondFactorOf(app, user)}`,
    `authenticator app: ${state}${found === null ? '' : `, added ${iso(found.addedAt)}`}`,
    `recovery codes left: ${codes}`,
    ...(rests.password ? ['password: rests after 100 failures in a row, but in known browsers'] : []),
    ...(rests.codes
      ? ['codes of the second step: rest after 100 failures in a row, but in known browsers']
      : []),
    ...(user.factorResetAt === null ? [] : [`reset of the second factors: ${whenReset(user)}`]),
  ];
}

const whenReset = ({ factorResetAt, disabledAt }: User): string =>
  disabledAt === null ? `on ${iso(factorResetAt)}` : 'its delay begins anew with "user enable"';

async function secondFactorOf(app: INestApplicationContext, user: User): Promise<string> {
  if (user.secondFactorAt === null) return 'none';
  const isOpen = (await app.get(ResetCodes).offer(user.id)) !== null;
  return isOpen ? 'reset, and a new one not added yet' : `since ${iso(user.secondFactorAt)}`;
}

async function resetFactors(name: string, { now }: { readonly now: boolean }): Promise<void> {
  await withApplication(async app => {
    const user = await existing(app, name);
    const done = await app.get(LostFactors).reset(user.id, now, operator());
    switch (done.outcome) {
      case 'no-factor':
        throw new CommandFailed(`${name} has no second factor.`);
      case 'too-soon':
        throw new CommandFailed(tooSoon(name, done.waitsUntil));
      case 'open':
        say(resetBefore(name, done.doneAt));
        return sayCode(app, user, app.get(Clock).now());
      case 'asked':
        if (now && !done.carriedOut) throw new CommandFailed(stopped(name));
        say(now ? resetNow(name) : `${whenOf(user, name, done.dueAt)} ${howTold(app, user)}`);
        return sayCode(app, user, done.dueAt);
    }
  });
}

const tooSoon = (name: string, waitsUntil: number | null): string =>
  waitsUntil === null
    ? `The second factors of ${name} were to be reset less than a week ago. With --now they are, at once.`
    : `The second factors of ${name} are to be reset on ${iso(waitsUntil)} already. With --now they are, at once.`;

const resetNow = (name: string): string =>
  `Removed the second factors of ${name}; all its sessions are ended. The password alone opens nothing: at the next sign-in a new factor is added.`;

const stopped = (name: string): string =>
  `The reset of the second factors of ${name} was stopped meanwhile: nothing was removed.`;

const resetBefore = (name: string, at: number): string =>
  `The second factors of ${name} were removed on ${iso(at)}, and a new one was not added yet.`;

/** Who may not sign in could not stop it. */
const whenOf = ({ disabledAt }: User, name: string, at: number): string =>
  disabledAt === null
    ? `The second factors of ${name} will be removed on ${iso(at)}.`
    : `${name} is disabled: the delay begins with "user enable ${name}".`;

/** Who reads no mail of it sees it on pages alone. */
const howTold = (app: INestApplicationContext, { email }: User): string =>
  app.get(Mailer).isOn && email !== null
    ? 'The owner is told, and stops it by signing in with one of them.'
    : 'No mail tells the owner, but every page where they are signed in does. They stop it there, or by signing in with one of them.';

/** Where nothing can be mailed, whoever types the command hands the code over. */
async function sayCode(app: INestApplicationContext, user: User, dueAt: number): Promise<void> {
  const why = whyNothingIsMailed(app, user);
  if (why === null) return;
  const lasts = dueAt - app.get(Clock).now() + CODE_LIFE;
  const code = await app
    .get(Transaction)
    .run(manager => app.get(ResetCodes).issue(manager, user.id, { lasts, ahead: true }));
  if (code === null) return;
  say(`${why} Hand over this code, which works once, until ${iso(dueAt + CODE_LIFE)}: ${code}`);
}

/** Null where the owner asks for a mail with the code at their second step. */
function whyNothingIsMailed(app: INestApplicationContext, user: User): string | null {
  if (confirmedAddress(user) === null)
    return `${user.username} has no confirmed address, so nothing is mailed.`;
  return app.get(Mailer).isOn ? null : 'No mail goes out here: SMTP_URL is not set.';
}
