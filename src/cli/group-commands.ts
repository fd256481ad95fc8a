import { Command } from 'commander';
import { Groups, type ListedGroup } from '../groups/groups.js';
import { CommandFailed } from './command-failed.js';
import { type Cells, printTable, say } from './output.js';
import { operator, withApplication } from './with-application.js';
import { iso } from '../kernel/clock.js';

/** `gatehouse group …` */
export function groupCommands(): Command {
  const group = new Command('group').description('groups of people');
  group.command('add <name>').description('make a group with nobody in it').action(addGroup);
  group
    .command('remove <name>')
    .description('remove a group that nobody is in')
    .option('--force', 'also where people are in it', false)
    .action(removeGroup);
  group
    .command('list')
    .description('list all groups, with how many people are in each')
    .option('--json', 'as JSON', false)
    .action(listGroups);
  return group;
}

/** What no group can be called. */
export const noGroupName = (name: string): string =>
  `No group can be called ${JSON.stringify(name)}: use 1 to 63 small letters, digits, dots, hyphens and underscores, ` +
  'and begin with a letter or digit.';

async function addGroup(name: string): Promise<void> {
  await withApplication(async app => {
    const done = await app.get(Groups).add(name, operator());
    if (done === 'no-name') throw new CommandFailed(noGroupName(name));
    if (done === 'there-already') throw new CommandFailed(`There is a group ${name} already.`);
    say(`Made the group ${name}. "user groups NAME +${name}" puts somebody into it.`);
  });
}

async function removeGroup(name: string, { force }: { readonly force: boolean }): Promise<void> {
  await withApplication(async app => {
    const done = await app.get(Groups).remove(name, force, operator());
    if (done.outcome === 'unknown')
      throw new CommandFailed(`There is no group ${JSON.stringify(name)}. "group list" shows all.`);
    if (done.outcome === 'has-people')
      throw new CommandFailed(
        `${peopleIn(name, done.people)}: nothing was removed. With --force it is removed all the same.`,
      );
    say(
      done.people === 0
        ? `Removed the group ${name}.`
        : `Removed the group ${name}, with ${count(done.people)} in it.`,
    );
  });
}

async function listGroups({ json }: { readonly json: boolean }): Promise<void> {
  await withApplication(async app => printTable((await app.get(Groups).all()).map(cellsOf), json));
}

const cellsOf = ({ name, people, createdAt }: ListedGroup): Cells => ({
  group: name,
  people: String(people),
  created: iso(createdAt),
});

const count = (people: number): string => (people === 1 ? 'one person' : `${people} people`);

const peopleIn = (name: string, people: number): string =>
  people === 1 ? `One person is in ${name}` : `${people} people are in ${name}`;
