import type { AppConfig } from '../config/app-config.js';
import { PROJECT_ROOT } from '../config/project-root.js';
import { dataSourceOptions } from '../database/data-source-options.js';
import type { FileState } from '../database/existing-database.js';
import { placeOf } from '../database/place-of.js';
import type { SchemaState } from '../database/schema-state.js';
import { CommandFailed } from './command-failed.js';

/** What a command can find that is not the database it needs. */
export type Unfit = Exclude<FileState | SchemaState, 'there' | 'ours'>;

/** Why a command leaves a database alone: where it looked, what it found, and what to do about it. */
export function refusal(config: AppConfig, found: Unfit): CommandFailed {
  const place = placeOf(dataSourceOptions(config.database, { entities: [], migrations: [] }));
  const looked = config.whereSet('DATABASE_URL') ?? config.whereSet('DATA_DIR') ?? DEFAULT;
  return new CommandFailed(SENTENCES[found](`${place} (${looked})`));
}

const DEFAULT = 'the default: neither DATABASE_URL nor DATA_DIR is set';

const ELSEWHERE =
  'Give the command what the server has: DATA_DIR or DATABASE_URL, or all of it in a file with ENV_FILE=FILE. ' +
  'With the systemd unit of deploy/: NODE_ENV=production DATA_DIR=/var/lib/gatehouse ' +
  'ENV_FILE=/etc/gatehouse/gatehouse.env. In containers: docker compose exec gatehouse-1 node dist/cli.js COMMAND. ' +
  `Relative paths, and .env, count from the root of this project, ${JSON.stringify(PROJECT_ROOT)}.`;

const BEGIN = 'A new installation begins with "user create", "user invite" or "migrate".';

const SENTENCES: Readonly<Record<Unfit, (place: string) => string>> = {
  absent: place => `There is no database at ${place}, and this command makes none. ${ELSEWHERE} ${BEGIN}`,
  none: place => `Gatehouse has no tables in ${place}, and this command makes none. ${ELSEWHERE} ${BEGIN}`,
  'no file': place => `What is at ${place} is a folder, or no file at all. ${ELSEWHERE}`,
  hidden: place =>
    `This user may not look into the folder of ${place}. Run the command as the server's user. ${ELSEWHERE}`,
  behind: place =>
    `The schema of ${place} is of an earlier version of Gatehouse. Make a backup, then run "gatehouse migrate" or start ` +
    'the server of this version.',
  later: place =>
    `The schema of ${place} is of a later version of Gatehouse. Use the command line of that version.`,
};
