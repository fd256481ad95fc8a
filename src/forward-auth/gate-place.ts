import { once } from 'node:events';
import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { ConfigError } from '../config/config-error.js';
import type { GateListen } from '../config/gate-listen.js';
import { codeOf, wordsOf } from '../kernel/error-words.js';

/**
 * Has a server listen where `GATE_LISTEN` says.
 * @throws ConfigError where it cannot: the place is taken, or is none of this machine's.
 */
export async function listenAt(server: Server, listen: GateListen): Promise<void> {
  try {
    if ('socket' in listen) {
      await clear(listen.socket);
      server.listen(listen.socket);
    } else server.listen(listen.port, listen.host);
    await once(server, 'listening');
    // The folder says who may come to it; its group may speak to it.
    if ('socket' in listen) chmodSync(listen.socket, 0o660);
  } catch (error) {
    throw error instanceof ConfigError ? error : new ConfigError(reasonOf(error));
  }
}

/**
 * Takes away what a process that died has left there, which would keep another one from listening: a socket that nobody
 * answers at. Anything else is somebody's, and stays.
 */
async function clear(path: string): Promise<void> {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isSocket())
    throw new ConfigError(
      `GATE_LISTEN: ${JSON.stringify(path)} is there, and is no socket. Name another path.`,
    );
  if (await isAnswered(path)) throw new ConfigError(TAKEN);
  rmSync(path, { force: true });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const asking = connect(path);
    asking.on('connect', () => {
      asking.destroy();
      resolve(true);
    });
    asking.on('error', () => resolve(false));
  });
}

const TAKEN = 'GATE_LISTEN is taken by another program. Stop that, or set GATE_LISTEN to another place.';

const reasonOf = (error: unknown): string =>
  codeOf(error) === 'EADDRINUSE' ? TAKEN : `GATE_LISTEN: nothing can listen there (${wordsOf(error)}).`;
