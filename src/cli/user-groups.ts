import { Command } from 'commander';
import { type MembershipChange, Memberships } from '../groups/memberships.js';
import { isGroupName } from '../kernel/group-name.js';
import { CommandFailed } from './command-failed.js';
import { existing } from './existing-user.js';
import { noGroupName } from './group-commands.js';
import { say } from './output.js';
import { operator, withApplication } from './with-application.js';

/** `gatehouse user groups NAME [+GROUP|-GROUP …]` */
export function userGroupsCommand(): Command {
  return (
    new Command('groups')
      .argument('<name>')
      .argument('[changes...]', '+GROUP puts them into a group, -GROUP takes them out')
      .description("print somebody's groups, or change them")
      // "-editors" is no option, and "-h" may be a group.
      .allowUnknownOption()
      .helpOption('--help', 'display help for command')
      .action(userGroups)
  );
}

async function userGroups(name: string, words: readonly string[]): Promise<void> {
  const change = changeIn(words);
  await withApplication(async app => {
    const memberships = app.get(Memberships);
    const { id } = await existing(app, name);
    if (words.length === 0) return printGroups((await memberships.of(id)).map(membership => membership.name));
    const done = await memberships.change(id, change, operator());
    if (done.outcome === 'gone') throw new CommandFailed(`${name} was deleted meanwhile.`);
    if (done.outcome === 'unknown-group')
      throw new CommandFailed(
        `There is no group ${done.name}: nothing was changed. "group add ${done.name}" makes it.`,
      );
    say(`${name} is in ${done.groups.length === 0 ? 'no group' : done.groups.join(', ')} now.`);
  });
}

/** One a line, for scripts; nothing where there is none. */
function printGroups(names: readonly string[]): void {
  for (const name of names) say(name);
}

/** Reads `+a -b`. @throws CommandFailed where a word is neither, or two contradict each other. */
export function changeIn(words: readonly string[]): MembershipChange {
  const unsigned = words.find(word => !/^[+-]/.test(word));
  if (unsigned !== undefined)
    throw new CommandFailed(
      `Write +${unsigned} to put them into that group, or -${unsigned} to take them out. Nothing was changed.`,
    );
  const named = (sign: string) => [
    ...new Set(words.filter(word => word.startsWith(sign)).map(word => word.slice(1))),
  ];
  const [join, leave] = [named('+'), named('-')];
  const wrong = [...join, ...leave].find(name => !isGroupName(name));
  if (wrong !== undefined) throw new CommandFailed(`${noGroupName(wrong)} Nothing was changed.`);
  const both = join.find(name => leave.includes(name));
  if (both !== undefined)
    throw new CommandFailed(`+${both} and -${both} contradict each other. Nothing was changed.`);
  return { join, leave };
}
