import './process/present-folder.js';
import { Command, CommanderError } from 'commander';
import { appCommands } from './cli/app-commands.js';
import { auditCommands } from './cli/audit-commands.js';
import { blocklistCommands } from './cli/blocklist-commands.js';
import { databaseCommands } from './cli/database-commands.js';
import { CommandFailed } from './cli/command-failed.js';
import { explainCommand } from './cli/explain-command.js';
import { groupCommands } from './cli/group-commands.js';
import { keysCommands } from './cli/keys-commands.js';
import { moveCommand } from './cli/move-command.js';
import { passkeysCommands } from './cli/passkeys-commands.js';
import { sessionsCommands } from './cli/sessions-commands.js';
import { tokensCommands } from './cli/tokens-commands.js';
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
  const commands = [
    userCommands(),
    groupCommands(),
    passkeysCommands(),
    appCommands(),
    explainCommand(),
    sessionsCommands(),
    tokensCommands(),
    keysCommands(),
    auditCommands(),
    blocklistCommands(),
    ...databaseCommands(),
    moveCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  for (const command of everyCommand(program)) command.exitOverride();
  try {
    await program.parseAsync();
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return fail(error);
  }
}

/** Says why a command failed. @returns its exit status */
function fail(error: unknown): number {
  process.stderr.write(`${inert(error instanceof CommandFailed ? error.message : explainFailure(error))}\n`);
  return 1;
}

const everyCommand = (command: Command): readonly Command[] => [
  command,
  ...command.commands.flatMap(everyCommand),
];

// What nobody waits for: standard output that is full or closed, a connection that breaks.
process.on('uncaughtException', (error: unknown) => process.exit(fail(error)));
process.on('unhandledRejection', (error: unknown) => process.exit(fail(error)));
// Where nobody reads the reason, the exit status tells it.
process.stderr.on('error', () => process.exit(1));
process.exitCode = await run();
