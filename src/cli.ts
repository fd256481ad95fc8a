import { Command, CommanderError } from 'commander';
import { databaseCommands } from './cli/database-commands.js';
import { CommandFailed } from './cli/command-failed.js';
import { moveCommand } from './cli/move-command.js';
import { sessionsCommands } from './cli/sessions-commands.js';
import { userCommands } from './cli/user-commands.js';
import { explainFailure } from './process/explain-failure.js';
import { inert } from './process/logger.js';

/** The command line. Exit status: 0 done, 1 refused or failed (the reason stands on standard error), 2 misused. */
async function run(): Promise<number> {
  process.umask(0o077);
  const program = new Command('gatehouse')
    .description('Administers a Gatehouse installation; works beside a running server.')
    .exitOverride()
    .configureHelp({ sortSubcommands: false });
  for (const command of [userCommands(), sessionsCommands(), ...databaseCommands(), moveCommand()])
    program.addCommand(command);
  for (const command of everyCommand(program)) command.exitOverride();
  try {
    await program.parseAsync();
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(
      `${inert(error instanceof CommandFailed ? error.message : explainFailure(error))}\n`,
    );
    return 1;
  }
}

const everyCommand = (command: Command): readonly Command[] => [
  command,
  ...command.commands.flatMap(everyCommand),
];

process.exitCode = await run();
