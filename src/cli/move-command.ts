import { Logger } from '@nestjs/common';
import { Command } from 'commander';
import type { AppConfig } from '../config/app-config.js';
import { callersFolder, loadConfig } from '../config/load-config.js';
import { isStoreFailure } from '../database/store-failure.js';
import { GatehouseLogger } from '../process/logger.js';
import { CommandFailed } from './command-failed.js';
import { moveEverything } from './move/move-everything.js';
import { databaseIn, fileIn } from './move/move-urls.js';
import { withRedis } from './move/sessions-in-redis.js';
import { type Source, withSource } from './move/source.js';
import { withTarget } from './move/target.js';

/** `gatehouse move` */
export function moveCommand(): Command {
  return new Command('move')
    .description('move a SQLite installation to PostgreSQL')
    .requiredOption('--from <url>', 'sqlite:FILE, which is only read')
    .requiredOption('--to <url>', 'postgres://USER@HOST:PORT/DATABASE')
    .option('--sessions', 'move sessions as well: whoever is signed in stays so', false)
    .addHelpText('after', HELP)
    .action(move);
}

const HELP = `
Stop the server before, and start it on the new database when the move is done. Killed in the middle and run again, it
goes on. Rows that are in the new database already are left as they are; rows deleted here between two runs are not
deleted there, and rows deleted there come back.
What is sealed needs the data keys there, too: set DATA_KEY_FILE as the server will have it.
With REDIS_URL set, sessions go into Redis, and counts of failed attempts stay behind.
Others on this machine can see a password in an argument: leave it out, and give it in PGPASSWORD or ~/.pgpass.`;

interface MoveOptions {
  readonly from: string;
  readonly to: string;
  readonly sessions: boolean;
}

async function move({ from, to, sessions }: MoveOptions): Promise<void> {
  const here = callersFolder();
  const [file, database] = [fileIn(from, here), databaseIn(to, here)];
  const config = loadConfig({ makes: false });
  const { production, redis: redisConfig } = config;
  // Standard output is for what was moved.
  Logger.overrideLogger(new GatehouseLogger({ json: production, stream: 'stderr' }));
  await withSource(file, async source => {
    await requireKeys(source, config);
    await withTarget({ database, production }, target =>
      withRedis(sessions ? redisConfig : null, redis =>
        moveEverything({ source, target, redis, sessions, usesRedis: redisConfig !== null }),
      ),
    );
  }).catch(sayThatItGoesOn);
}

/** What is sealed must open where it goes: with the keys of the environment that the command runs with. */
async function requireKeys(source: Source, { dataKeys, dataKeyFile }: AppConfig): Promise<void> {
  const missing = await source.missingKeys(dataKeys.map(({ id }) => id));
  if (missing === null) return;
  throw new CommandFailed(
    `${missing} It is not in ${JSON.stringify(dataKeyFile)}: set DATA_KEY_FILE to the file that the server of --from has, ` +
      'or to a copy of it. Nothing was moved.',
  );
}

function sayThatItGoesOn(error: unknown): never {
  if (!isStoreFailure(error)) throw error;
  throw new CommandFailed(
    `The move stopped: ${error.message}. Run the same command again: it goes on where it stopped.`,
  );
}
