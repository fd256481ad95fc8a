import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { folderInMemory } from './folder-in-memory.mjs';
import { freePort } from './free-port.mjs';

const PROGRAMS = '/usr/lib/postgresql';
const root = process.getuid?.() === 0;

/**
 * Starts a PostgreSQL for one run of the suites, which makes and drops some thousand databases: it has no disk, or waits
 * for none, and whatever else is done with the one of this machine holds nothing up.
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>} @throws with what it printed, where it does not start.
 */
export async function startPostgres() {
  removeLeftOvers();
  const folder = mkdtempSync(join(folderInMemory(), 'gatehouse-suites-'));
  if (root) done('chown', ['postgres:', folder]);
  done(...asPostgres('initdb', ['-D', folder, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync']));
  const port = await freePort();
  const settings = [
    'fsync=off',
    'full_page_writes=off',
    `unix_socket_directories=${folder}`,
    'max_connections=200',
  ];
  const words = [
    '-D',
    folder,
    '-p',
    String(port),
    '-h',
    '127.0.0.1',
    ...settings.flatMap(one => ['-c', one]),
  ];
  // Into a file: the run waits for Jest and reads nothing meanwhile, and a server whose pipe is full stands still.
  const log = join(folder, 'log');
  const child = spawn(...asPostgres('postgres', words), { stdio: ['ignore', 'ignore', openSync(log, 'w')] });
  const ended = new Promise(resolve => child.once('exit', resolve));
  await saysThatItIsReady(child, log);
  const stop = async () => {
    child.kill('SIGINT');
    await ended;
    rmSync(folder, { recursive: true });
  };
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop };
}

/** Of runs that were ended in the middle, whose PostgreSQL ended with them: they would keep memory until the next start. */
function removeLeftOvers() {
  for (const name of readdirSync(folderInMemory()).filter(each =>
    /^gatehouse-(suites|postgres)-/.test(each),
  )) {
    const note = join(folderInMemory(), name, 'postmaster.pid');
    if (existsSync(note) && !isRunning(Number.parseInt(readFileSync(note, 'utf8'))))
      rmSync(join(folderInMemory(), name), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** PostgreSQL refuses to run as root. It ends with whoever started it, however that ends. */
function asPostgres(program, words) {
  const path = join(PROGRAMS, readdirSync(PROGRAMS).sort().at(-1), 'bin', program);
  const become = root ? ['--reuid=postgres', '--regid=postgres', '--init-groups'] : [];
  return ['setpriv', [...become, '--pdeathsig=QUIT', path, ...words]];
}

function done(program, words) {
  const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
}

async function saysThatItIsReady(child, log) {
  while (!readFileSync(log, 'utf8').includes('ready to accept connections')) {
    if (child.exitCode !== null) throw new Error(`PostgreSQL ended: ${readFileSync(log, 'utf8')}`);
    await pause(20);
  }
}
