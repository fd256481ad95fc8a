import type { INestApplicationContext } from '@nestjs/common';
import { Command } from 'commander';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { newDataKey } from '../config/data-key-file.js';
import { loadConfig } from '../config/load-config.js';
import { DataKeys } from '../crypto/data-keys.js';
import { keyColumnsOf } from '../database/key-columns.js';
import { missingKeys, type Need, needsInWords, needsOf } from '../database/needed-keys.js';
import { Transaction } from '../database/transaction.js';
import { CommandFailed } from './command-failed.js';
import { explainStores } from './explain-stores.js';
import { addDataKey } from './keys/add-data-key.js';
import { reseal } from './keys/reseal.js';
import { openExisting } from './open-database.js';
import { type Cells, printTable, say } from './output.js';
import { withApplication } from './with-application.js';

/** `gatehouse keys …` */
export function keysCommands(): Command {
  const keys = new Command('keys').description('data keys, which seal what must last');
  keys
    .command('list')
    .description('list the data keys, and what in the database needs them')
    .option('--json', 'as JSON', false)
    .action(listKeys);
  keys
    .command('add')
    .description('make a data key, which seals from now on')
    .option('--last', 'put it after the others: it opens, and seals once its line stands first', false)
    .action(addKey);
  keys.command('reseal').description('seal with the key that seals now what others sealed').action(resealAll);
  return keys;
}

async function listKeys({ json }: { readonly json: boolean }): Promise<void> {
  const config = loadConfig({ makes: false });
  const database = await openExisting(config, { anyVersion: true });
  try {
    printTable(cellsOf(config, await needsOf(database)), json);
  } catch (error) {
    throw explainStores(error, database.options, null);
  } finally {
    await database.destroy();
  }
}

function cellsOf({ dataKeys }: AppConfig, needs: readonly Need[]): readonly Cells[] {
  const ring = dataKeys.map(({ id }, index) => [id, index === 0 ? 'seals' : 'opens'] as const);
  const there = new Set(dataKeys.map(({ id }) => id));
  const missing = [...new Set(needs.map(({ keyId }) => keyId))].filter(id => !there.has(id));
  return [...ring, ...missing.map(id => [id, 'missing'] as const)].map(([key, state]) => ({
    key,
    state,
    'needed by': needsInWords(needs.filter(({ keyId }) => keyId === key)),
  }));
}

function addKey({ last }: { readonly last: boolean }): void {
  const { dataKeyFile, manyNodes, dataKeys } = loadConfig({ makes: false, keyless: true });
  // The first of all seals nothing anew: it is there before any node is.
  const goesRound = manyNodes && dataKeys.length > 0;
  const { id, line } = newDataKey();
  const place = JSON.stringify(dataKeyFile);
  const done = addDataKey(dataKeyFile, line, last ? 'last' : 'first');
  if (done.outcome === 'unwritable') {
    const where = goesRound ? `${BELOW}, as --last does,` : `${last ? BELOW : ABOVE},`;
    const tell = goesRound ? `${TELL}. ${SWAP}` : TELL;
    // Standard output holds the line alone: it can be led into a file.
    process.stderr.write(`${place} cannot be written (${done.reason}). ${where} ${tell}:\n`);
    process.stdout.write(`${line}\n`);
    return;
  }
  say(`Added the data key ${id} to ${place}. ${last ? OPENS : SEALS}, ${ONCE_READ}`);
  if (goesRound) say(last ? ROUND : BEHIND_FIRST);
  else if (manyNodes) say(ALIKE);
  say(KEEP);
}

const ABOVE = 'Put this line above the others there';
const BELOW = 'Put this line below the others there';
const TELL = 'on every node, then have each read it again (SIGHUP, or a restart)';
const SEALS = 'It seals';
const OPENS = 'It opens, and seals once its line stands first';
const ONCE_READ = 'as soon as a server reads the file again (SIGHUP, or a restart).';
const ALIKE = 'Give the file to every node before it starts: all need the same keys.';
const SWAP =
  'When all logs name it, move its line before the others on every node, and have each read it again';
const ROUND = `Give the file to every node, and have each read it. ${SWAP}.`;
const BEHIND_FIRST =
  'No node may seal with it before all have read it: put its line behind the others now, which --last does, give the file ' +
  `to every node, and have each read it. ${SWAP}.`;
const KEEP =
  'Keep a copy of that file apart from the backups of the database: what is sealed opens with it alone.';

async function resealAll(): Promise<void> {
  const work = async (app: INestApplicationContext) => {
    const parts = {
      database: app.get(DataSource),
      transaction: app.get(Transaction),
      keys: app.get(DataKeys),
    };
    for (const column of keyColumnsOf(parts.database)) {
      const { place, words } = column;
      if (place === null) continue;
      const { sealed, unopened } = await reseal(parts, { ...column, place });
      say(`${sealed} ${sealed === 1 ? words[0] : words[1]} sealed anew with ${parts.keys.current}.`);
      if (unopened > 0)
        say(
          `${unopened} ${unopened === 1 ? words[0] : words[1]} could not be opened, and stay as they were.`,
        );
    }
    await sayWhatIsOver(app);
  };
  await withApplication(work, { lacksKeys: true });
}

/** Says which keys nothing needs any more. @throws CommandFailed where one that is needed is missing. */
async function sayWhatIsOver(app: INestApplicationContext): Promise<void> {
  const [database, keys] = [app.get(DataSource), app.get(DataKeys)];
  const needs = await needsOf(database);
  const file = JSON.stringify(app.get(AppConfig).dataKeyFile);
  for (const id of keys.ids.filter(id => id !== keys.current)) {
    const needed = needsInWords(needs.filter(({ keyId }) => keyId === id));
    say(
      needed === ''
        ? `Nothing needs the data key ${id} any more. Once every node seals with ${keys.current}, take its line out of ${file}.`
        : `The data key ${id} stays: ${needed} cannot do without it.`,
    );
  }
  const missing = await missingKeys(database, keys.ids);
  if (missing !== null)
    throw new CommandFailed(`${missing} Put its line back into ${file}, then run this again.`);
}
