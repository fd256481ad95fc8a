import { resolve } from 'node:path';
import { Command } from 'commander';
import { callersFolder } from '../config/load-config.js';
import { wordsOf } from '../kernel/error-words.js';
import { WrongLine } from '../users/blocklist/breached-digests.js';
import { falsePositiveRate, type FilterForm } from '../users/blocklist/filter-format.js';
import { writePasswordFilter } from '../users/blocklist/write-password-filter.js';
import { CommandFailed } from './command-failed.js';
import { say, showProgress } from './output.js';

/** `gatehouse blocklist …` */
export function blocklistCommands(): Command {
  const blocklist = new Command('blocklist').description('passwords that nobody may choose');
  blocklist
    .command('build <list> <filter>')
    .description('make a filter of a list of breached passwords, for PASSWORD_BLOCKLIST_FILE')
    .option('--at-least <count>', 'take up only what was seen so often', '1')
    .addHelpText('after', HELP)
    .action(build);
  return blocklist;
}

const HELP = `
LIST is the list of Have I Been Pwned as its downloader writes it, in one file: SHA1:COUNT a line, ordered by hash. The filter
has about 22 bits for each, and is asked on this machine alone; a running server takes a new one up by itself.`;

async function build(list: string, target: string, { atLeast }: { readonly atLeast: string }): Promise<void> {
  if (!/^[1-9]\d{0,11}$/.test(atLeast)) throw new CommandFailed('--at-least takes a whole number from 1.');
  const progress = (lines: number, what: string) => showProgress(`${lines} lines ${what}`);
  try {
    const here = callersFolder();
    const [from, to] = [resolve(here, list), resolve(here, target)];
    const form = await writePasswordFilter({ list: from, target: to, atLeast: Number(atLeast), progress });
    showProgress('');
    say(`${JSON.stringify(to)} has ${form.entries} passwords in ${form.bytes} bytes. ${rateOf(form)}`);
  } catch (error) {
    showProgress('');
    if (!(error instanceof WrongLine)) throw error;
    throw new CommandFailed(`${JSON.stringify(list)} cannot be used. ${wordsOf(error)}.`);
  }
}

const rateOf = (form: FilterForm): string =>
  `It takes another password for one of them once in ${Math.round(1 / falsePositiveRate(form))} times.`;
