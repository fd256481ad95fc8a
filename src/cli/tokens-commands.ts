import type { INestApplicationContext } from '@nestjs/common';
import { Command } from 'commander';
import type { AccessToken } from '../forward-auth/access-token.entity.js';
import { AccessTokens } from '../forward-auth/access-tokens.js';
import { EndHolding } from '../forward-auth/end-holding.js';
import { UsersService } from '../users/users.service.js';
import { CommandFailed } from './command-failed.js';
import { existing } from './existing-user.js';
import { type Cells, printTable, say } from './output.js';
import { operator, withApplication } from './with-application.js';
import { iso } from '../kernel/clock.js';

/** `gatehouse tokens …` */
export function tokensCommands(): Command {
  const tokens = new Command('tokens').description('access tokens for programs');
  tokens
    .command('list [name]')
    .description("list a person's access tokens, or everybody's")
    .option('--json', 'as JSON', false)
    .action(listTokens);
  tokens
    .command('revoke [name] [token]')
    .description("end one of a person's tokens, by the id the list gives it, or all of them; or everybody's")
    .option('--all', "end everybody's tokens", false)
    .action(revokeTokens);
  return tokens;
}

/** How many access tokens somebody has, in a sentence for who ends their sessions; null for none. */
export async function tokensLeft(
  app: INestApplicationContext,
  { id, name }: { readonly id: string; readonly name: string },
): Promise<string | null> {
  const { length } = await app.get(AccessTokens).of(id);
  return length === 0 ? null : `${goOn(`${name} has`, length)} "tokens revoke ${name}" ends all of them.`;
}

/** What is said of tokens that are not ended with sessions. @param whose with its verb */
export const goOn = (whose: string, count: number): string =>
  `${whose} ${counted(count)}, which ${count === 1 ? 'lets' : 'let'} programs in all the same.`;

async function listTokens(name: string | undefined, { json }: { readonly json: boolean }): Promise<void> {
  await withApplication(async app => {
    const rows: Cells[] = [];
    const tokens = app.get(AccessTokens);
    const groups = name === undefined ? app.get(UsersService).everybody() : [[await existing(app, name)]];
    for await (const people of groups)
      for (const { id, username } of people)
        rows.push(...(await tokens.of(id)).map(token => cellsOf(username, token)));
    printTable(rows, json);
  });
}

const cellsOf = (username: string, token: AccessToken): Cells => ({
  username,
  token: token.id,
  name: token.name,
  application: token.applicationName,
  may: `${token.methods === '' ? 'all' : 'read'}${token.prefix === '' ? '' : ` below ${token.prefix}`}`,
  made: iso(token.madeAt),
  'last used': iso(token.lastUsedAt) ?? '',
  ends: iso(token.expiresAt),
});

async function revokeTokens(
  name: string | undefined,
  token: string | undefined,
  { all }: { readonly all: boolean },
): Promise<void> {
  if (all === (name !== undefined))
    throw new CommandFailed('Name somebody, or say --all for everybody: one of the two.');
  await withApplication(async app => {
    const ending = app.get(EndHolding);
    if (name === undefined) return say(`Ended ${counted(await endEverybodys(app))}.`);
    const { id } = await existing(app, name);
    if (token === undefined)
      return say(`Ended ${counted(await ending.allTokens(id, operator()))} of ${name}.`);
    if (!(await ending.token(id, token, operator())))
      throw new CommandFailed(`${name} has no access token ${JSON.stringify(token)}.`);
    say(`Ended access token ${token} of ${name}.`);
  });
}

/** Person by person: each is a short transaction. */
async function endEverybodys(app: INestApplicationContext): Promise<number> {
  let count = 0;
  for await (const people of app.get(UsersService).everybody())
    for (const { id } of people) count += await app.get(EndHolding).allTokens(id, operator());
  return count;
}

const counted = (count: number): string => `${count} access token${count === 1 ? '' : 's'}`;
