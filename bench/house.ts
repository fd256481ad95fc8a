import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { furnish, type Furnished } from './furnish.js';
import type { Household } from './household.js';
import { removable } from './leftovers.js';
import type { Cores } from './machine.js';
import { type Server, startServer } from './server.js';
import { type Kind, makePlace } from './storage/place.js';
import type { Storage } from './storage/storage.js';

/** Signs the cookies of measured servers, so that the benchmark can make cookies of its own. */
export const SECRET = 'a secret of the benchmark with no commas in it';
/** The password of everybody. */
export const PASSWORD = 'correct horse battery staple';

const FIRST_PERSON = 'first';

/** A data folder and stores as an operator sets them up, with one person and no server. */
export interface Ground {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly storage: Storage;
  remove(): Promise<void>;
}

/** A Gatehouse of its own: a folder, stores with people and sessions in them, a server. */
export interface House extends Server, Furnished {
  /** What tells its server of its stores. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What sets one house apart from another. */
export interface Traits {
  /** Whose `dist/` it is. Without a word: this build's. */
  readonly root?: string;
  /** What else its server is told. */
  readonly more?: Readonly<Record<string, string>>;
  /** Without a word: one. */
  readonly cores?: Cores;
}

/** Makes people and sessions, and starts the built server on them. `stop` removes everything. */
export async function openHouse(
  household: Household,
  kind: Kind = 'sqlite',
  { root = '.', more = {}, cores = 'one' }: Traits = {},
): Promise<House> {
  const { folder, environment, storage, remove } = await layGround(kind, root, more);
  const furnished = await furnish(storage, household, SECRET);
  const server = await startServer({
    args: [join(root, ENTRY)],
    env: environment,
    log: join(folder, 'log'),
    cores,
  });
  return {
    ...server,
    ...furnished,
    environment,
    stop: async () => {
      await server.stop();
      await remove();
    },
  };
}

/** Makes the folder and the stores, and has Gatehouse set them up and create the first person. */
export async function layGround(
  kind: Kind,
  root = '.',
  more: Readonly<Record<string, string>> = {},
): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
  const removeFolder = removable(async () => rmSync(folder, { recursive: true, force: true }));
  const place = await makePlace(kind, folder);
  writeFileSync(join(folder, 'data-key'), `ofbench1:${hash('sha256', SECRET, 'base64url')}\n`, {
    mode: 0o600,
  });
  const environment = {
    DATA_DIR: folder,
    SESSION_SECRET: SECRET,
    DATA_KEY_FILE: join(folder, 'data-key'),
    TRUST_PROXY: 'loopback',
    DRAIN_DELAY: '0',
    // With all that is offered where mails are sent.
    SMTP_URL: 'outbox',
    REGISTRATION: 'open',
    ...place.environment,
    ...more,
  };
  const create = [join(root, 'dist/cli.js'), 'user', 'create', FIRST_PERSON, '--password-stdin'];
  execFileSync(process.execPath, create, {
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      ENV_FILE: 'none',
      PUBLIC_URL: 'http://localhost',
      ...environment,
    },
    input: `${PASSWORD}\n`,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const storage = await place.open();
  const close = removable(() => storage.close());
  return {
    folder,
    environment,
    storage,
    remove: async () => {
      await close();
      await place.remove();
      await removeFolder();
    },
  };
}

const ENTRY = 'dist/main.js';
