import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { furnish, type Household, type Furnished } from './furnish.js';
import { type Server, startServer } from './server.js';

/** Signs the cookies of measured servers, so that the benchmark can make cookies of its own. */
export const SECRET = 'a secret of the benchmark with no commas in it';
/** The password of everybody. */
export const PASSWORD = 'correct horse battery staple';

const FIRST_PERSON = 'first';

/** A Gatehouse of its own: a folder, a database with people and sessions in it, a server. */
export interface House extends Server, Furnished {}

/**
 * Makes a data folder the way an operator does, fills its database, and starts the built server on it.
 * `stop` removes the folder too.
 */
export async function openHouse(household: Household): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
  const env = { DATA_DIR: folder, SESSION_SECRET: SECRET, TRUST_PROXY: 'loopback' };
  const create = ['dist/cli.js', 'user', 'create', FIRST_PERSON, '--password-stdin'];
  execFileSync(process.execPath, create, {
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', PUBLIC_URL: 'http://localhost', ...env },
    input: `${PASSWORD}\n`,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const furnished = await furnish(join(folder, 'gatehouse.sqlite'), { ...household, secret: SECRET });
  const server = await startServer({ args: [ENTRY], env, log: join(folder, 'log') });
  return {
    ...server,
    ...furnished,
    stop: async () => {
      await server.stop();
      await furnished.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const ENTRY = 'dist/main.js';
